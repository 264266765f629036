#!/bin/sh
# The certified answers of NIST's Statistical Reference Datasets, straight from the files, and of sets made by rule.
# strd.sh SHEAF FOLDER: exit code 77 where the folder is not there.
#
# A certified value has 15 digits. They are all asked for where text is read as decimals. Where it is read as f64 the
# reading alone costs digits (7 of them in NumAcc4), and as many are asked for as it leaves.
sheaf=$1 folder=$2 failed=0
for name in $(env | sed -n "s/^\(SHEAF_[A-Z_]*\)=.*/\1/p"); do unset "$name"; done
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
made=$work/made

decimals=no
[ "$(printf '0.1\n0.2\n-0.3\n' | "$sheaf" run sum --input-format csv --no-header)" = 0 ] && decimals=yes
echo "text is read as $([ $decimals = yes ] && echo decimals || echo f64)"

# agrees WHAT GOT CERTIFIED DIGITS: to 15 digits, or to DIGITS where text is read as f64.
agrees()
{
    if awk -v got="$2" -v certified="$3" -v digits="$4" -v decimals=$decimals 'BEGIN {
        if (decimals == "yes")
            exit sprintf("%.14e", got) != sprintf("%.14e", certified)
        error = (got - certified) / certified
        exit (error < 0 ? -error : error) > 10 ^ -digits
    }'
    then
        echo "ok      $1: $2"
    else
        echo "FAILED  $1: $2, certified $3"
        failed=1
    fi
}

# value NAME: of the lines "NAME<TAB>VALUE" on standard input.
value()
{
    awk -F '\t' -v name="$1" '$1 == name { print $2 }'
}

# univariate NAME FILE LINES MEAN DEVIATION DIGITS DIGITS
univariate()
{
    "$sheaf" run mean,stddev --no-header --input-format csv --skip-lines "$3" "$2" >"$work/out" || failed=1
    agrees "$1 mean" "$(value mean <"$work/out")" "$4" "$6"
    agrees "$1 deviation" "$(value stddev <"$work/out")" "$5" "$7"
}

# The sets that a rule generates.
# numacc LEVEL LOW HIGH: LEVEL once, then LOW and HIGH in turn, 500 times each.
numacc()
{
    awk -v level="$1" -v low="$2" -v high="$3" 'BEGIN { print level; for (i = 0; i < 500; i++) print low "\n" high }' >"$made"
}
printf '10000001\n10000003\n10000002\n' >"$made"
univariate "made NumAcc1" "$made" 0 10000002 1 15 15
numacc 1.2 1.1 1.3
univariate "made NumAcc2" "$made" 0 1.2 0.1 15 15
numacc 1000000.2 1000000.1 1000000.3
univariate "made NumAcc3" "$made" 0 1000000.2 0.1 15 9
numacc 10000000.2 10000000.1 10000000.3
univariate "made NumAcc4" "$made" 0 10000000.2 0.1 15 8

if [ ! -d "$folder" ]; then
    echo "skipped: the files of NIST StRD are not in $folder (name their folder in SHEAF_STRD)"
    [ $failed = 0 ] && exit 77
    exit 1
fi

# certified PATTERN FILE: the number at the end of the line.
certified()
{
    awk -v pattern="$1" '$0 ~ pattern { print $NF; exit }' "$2"
}
while read -r name lines mean deviation; do
    file=$folder/$name.dat
    univariate "$name" "$file" "$lines" "$(certified '^Sample Mean' "$file")" \
        "$(certified '^Sample Standard Deviation' "$file")" "$mean" "$deviation"
done <<END
Lew 39 14.5 14.5
Lottery 40 14.5 14.5
Mavro 41 14.5 13
NumAcc1 45 15 15
NumAcc2 44 15 15
NumAcc3 43 15 9
END

# Analysis of variance: the sum of squares within treatments is the sum of (n - 1) var over the columns. Nine columns
# are added in floating point here, so that the last digit is not asked for.
while read -r name digits; do
    file=$folder/$name.dat
    expected=$(awk '$1 == "Within" { print $4; exit }' "$file")
    got=$("$sheaf" run count,var --no-header --input-format space --skip-lines 60 "$file" |
        awk 'NR > 1 { sum += ($2 - 1) * $3 } END { printf "%.17g", sum }')
    [ $decimals = yes ] && digits=14.5
    decimals=no agrees "$name within treatments" "$got" "$expected" "$digits"
done <<END
SiRstvt 12
AtmWtAgt 8
SmLs01t 13
SmLs04t 9
END

# The straight line through a cloud of points: R squared is the square of the correlation.
r=$("$sheaf" run corr --no-header --skip-lines 60 --column 1,2 "$folder/Norris.dat")
agrees "Norris R squared" "$(awk -v r="$r" 'BEGIN { printf "%.17g", r * r }')" "$(certified 'R-Squared' "$folder/Norris.dat")" 14.5
exit $failed
