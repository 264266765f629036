/* Generators: the stated formulas, the same bits in every variant and under every cut. */
#include "rows.h"

#include "base/cpu.h"

static const char *const variants[] = {"portable", "avx2", "avx512", NULL};
enum { VARIANTS = sizeof variants / sizeof variants[0] };

static struct sheaf_source *open_gen(const char *kind, uint64_t seed, uint64_t first, uint64_t count)
{
    char name[32];
    snprintf(name, sizeof name, "gen:%s", kind);
    return open_one(name, &(struct sheaf_reading){.seed = seed, .offset = first, .count_set = true, .count = count});
}

/* The bits of one element. */
static uint64_t element(const char *kind, uint64_t seed, uint64_t i)
{
    uint64_t bits = 0, got;
    struct sheaf_source *source = open_gen(kind, seed, i, 1);
    assert_int_equal(sheaf_source_copy(source, 0, 1, &bits, &got, NULL), SHEAF_OK);
    assert_int_equal(got, 1);
    sheaf_source_destroy(source);
    return bits;
}

static uint64_t bits64(double x)
{
    uint64_t bits;
    memcpy(&bits, &x, sizeof bits);
    return bits;
}

static uint32_t bits32(float x)
{
    uint32_t bits;
    memcpy(&bits, &x, sizeof bits);
    return bits;
}

static double real(uint64_t bits)
{
    double x;
    memcpy(&x, &bits, sizeof x);
    return x;
}

/* SplitMix64's reference output for the seed 1234567, as published with it. */
static void words_are_those_of_splitmix64(void **state)
{
    (void)state;
    static const uint64_t words[] = {6457827717110365317u, 3203168211198807973u, 9817491932198370423u,
                                     4593380528125082431u, 16408922859458223821u};
    for (uint64_t i = 0; i < 5; i++)
        assert_int_equal(element("ints", 1234567 ^ 0xa0761d6478bd642fu, i), words[i]);
}

/* From an independent program of unbounded integers; `exact` is the quantile rounded once, from 300 bits. */
static const struct {
    uint64_t seed, i;
    double uniform;
    float uniform32;
    uint64_t wide;
    double exact;
    uint64_t ints;
    uint8_t byte;
} golden[] = {
    {0, 0, 0x1.c4415072f63b9p-1, 0x1.81c2d60000000p-1f, 0xa7a77319d39f7883,
     0x1.c324ba44abf8fp-2, 0x4396d60dbd8537af, 0xd0},
    {0, 1, 0x1.b9e279aa86e58p-2, 0x1.12159a0000000p-1f, 0xed61fd2d7cca751a,
     -0x1.a2c27e3a71e10p-2, 0xe98ff1a0396ff552, 0xbc},
    {0, 2, 0x1.b117462002500p-6, 0x1.67113a0000000p-1f, 0x498fbfbc1e7ef79b,
     -0x1.0097a7854cafcp+1, 0xfe0612e395ab3d91, 0x23},
    {0, 1000000, 0x1.9c2fad756299ap-1, 0x1.579b2a0000000p-1f, 0x79cb46b247f37c69,
     -0x1.19d01244ad15dp-1, 0x96e317939929ee01, 0x95},
    {0, 1099511627781, 0x1.bd4bc4ce9fbdap-1, 0x1.d1e4900000000p-2f, 0x619b0d3b0f3e288a,
     0x1.6d5a1be2df003p-2, 0x70e720e8a06a46bb, 0x5f},
    {7, 0, 0x1.8f2f879164c82p-2, 0x1.8274bc0000000p-1f, 0x7c8f43704bad1ca0,
     0x1.4c77e7075540fp-6, 0x5aea0893d43c1309, 0xa1},
    {7, 1, 0x1.130f35fd0f180p-6, 0x1.bc21520000000p-1f, 0x7a3d891f86f58ceb,
     -0x1.f4b864079d9e3p-1, 0xa91989d5a2da6b31, 0xa8},
    {7, 2, 0x1.cd30810175625p-1, 0x1.00c5c00000000p-6f, 0xe56068e90e0c3405,
     -0x1.772b7b2302c5ep-1, 0xc8d1b3ef933e1263, 0xf5},
    {7, 1000000, 0x1.44cd67b418a57p-1, 0x1.5b53440000000p-1f, 0x02581446acfac117,
     0x1.f693ba3b171a4p+0, 0x453b1b652c2ba0d1, 0xaa},
    {7, 1099511627781, 0x1.a76670912fcd8p-3, 0x1.7c21300000000p-1f, 0xc3a34a91852d61db,
     -0x1.917a8d548c966p+0, 0xdf37749af91316a9, 0xa8},
};

static void elements_follow_the_formulas(void **state)
{
    (void)state;
    for (size_t v = 0; v < VARIANTS; v++) {
        assert_int_equal(cpu_limit(variants[v], NULL), SHEAF_OK);
        for (size_t g = 0; g < sizeof golden / sizeof golden[0]; g++) {
            uint64_t seed = golden[g].seed, i = golden[g].i;
            assert_int_equal(element("uniform", seed, i), bits64(golden[g].uniform));
            assert_int_equal(element("uniform32", seed, i), bits32(golden[g].uniform32));
            assert_int_equal(element("wide", seed, i), golden[g].wide);
            assert_int_equal(element("ints", seed, i), golden[g].ints);
            assert_int_equal(element("bytes", seed, i), golden[g].byte);
            assert_int_equal(element("seq", seed, i), i);
            double normal = real(element("normal", seed, i)), error = normal - golden[g].exact;
            assert_true(__builtin_fabs(error) <= 1e-15 * __builtin_fabs(golden[g].exact));
        }
    }
}

/* The bits that no compiler or machine may change: the middle, the tails, and both ends. The indices of the ends were
 * found by running SplitMix64 backwards. */
static void normal_has_the_same_bits_everywhere(void **state)
{
    (void)state;
    static const struct {
        uint64_t seed, i, bits;
        double exact;
    } cases[] = {
        {0, 0, 0x3fdc324ba44abf8c, 0x1.c324ba44abf8fp-2},
        {0, 2, 0xc000097a7854cafb, -0x1.0097a7854cafcp+1},
        {7, 0, 0x3f94c77e70755410, 0x1.4c77e7075540fp-6},
        {7, 1000000, 0x3fff693ba3b171a2, 0x1.f693ba3b171a4p+0},
        {7, 48979, 0x4014159de0b63d4f, 0x1.4159de0b63d4fp+2},
        {7, 167501, 0xc012e3989070ceb7, -0x1.2e3989070ceb7p+2},
        {7, 4330392714102060453, 0x402095b059d67c4c, 0x1.095b059d67c4cp+3},   /* 1 - 2^-54 */
        {7, 1766019143569358831, 0xbca40d931ff62707, -0x1.40d931ff62706p-53}, /* the two nearest to 1/2 */
        {7, 8366224346832101207, 0x3ca40d931ff62707, 0x1.40d931ff62706p-53},
        {7, 292706686830251423, 0xc01aa1b1bf7b3b52, -0x1.aa1b1bf7b3b50p+2},   /* about e^-25, where r = 5 */
        {7, 3123090178681746570, 0xc01aa1b1709c6006, -0x1.aa1b1709c6008p+2},
        {7, 555698997979702883, 0xc01aa1b20e5a3f09, -0x1.aa1b20e5a3f0bp+2},
    };
    for (size_t v = 0; v < VARIANTS; v++) {
        assert_int_equal(cpu_limit(variants[v], NULL), SHEAF_OK);
        for (size_t c = 0; c < sizeof cases / sizeof cases[0]; c++) {
            uint64_t bits = element("normal", cases[c].seed, cases[c].i);
            assert_int_equal(bits, cases[c].bits);
            assert_true(__builtin_fabs(real(bits) - cases[c].exact) <= 1e-15 * __builtin_fabs(cases[c].exact));
        }
    }
}

static void cuts_and_variants_agree(void **state)
{
    (void)state;
    size_t count;
    const struct sheaf_generator *generators = sheaf_generators(&count);
    assert_int_equal(count, 7);
    for (size_t g = 0; g < count; g++) {
        uint64_t n = 10007;
        struct rows whole = {0};
        for (size_t v = 0; v < VARIANTS; v++) {
            assert_int_equal(cpu_limit(variants[v], NULL), SHEAF_OK);
            for (uint64_t block = v == 0 ? 1 : 777; block < 1000000; block = block * 9 + 1) {
                struct sheaf_source *source = repack(open_gen(generators[g].name, 42, 5, n));
                assert_string_equal(sheaf_source_format(source), "gen");
                assert_int_equal(sheaf_source_column_type(source, 0), generators[g].type);
                assert_int_equal(sheaf_source_bytes(source), n * sheaf_type_size(generators[g].type));
                struct rows rows = read_cut(source, block);
                rows_complete(&rows, &n, 1);
                if (!whole.row)
                    whole = rows;
                else {
                    assert_memory_equal(rows.row, whole.row, n * sizeof *rows.row);
                    rows_cleanup(&rows);
                }
                sheaf_source_destroy(source);
            }
        }
        /* Element i does not depend on where one starts. */
        for (uint64_t i = 0; i < n; i += 501)
            assert_int_equal(whole.row[i].cell[0], element(generators[g].name, 42, 5 + i));
        rows_cleanup(&whole);
    }
    assert_int_equal(cpu_limit(NULL, NULL), SHEAF_OK);
}

/* ---- they are what they are called ---------------------------------------------------------------------- */

static double *doubles(const char *kind, uint64_t n)
{
    double *x = malloc(n * sizeof *x);
    uint64_t got;
    struct sheaf_source *source = open_gen(kind, 1, 0, n);
    assert_int_equal(sheaf_source_copy(source, 0, n, x, &got, NULL), SHEAF_OK);
    assert_int_equal(got, n);
    sheaf_source_destroy(source);
    return x;
}

static void distributions_are_right(void **state)
{
    (void)state;
    enum { N = 1000000 };
    double *x = doubles("uniform", N), sum = 0, squares = 0, fourth = 0;
    for (int i = 0; i < N; i++) {
        assert_true(x[i] >= 0 && x[i] < 1);
        sum += x[i];
    }
    assert_true(__builtin_fabs(sum / N - 0.5) < 5 * 0.2887 / 1000);
    free(x);

    x = doubles("normal", N);
    int below = 0;
    sum = 0;
    for (int i = 0; i < N; i++) {
        sum += x[i];
        squares += x[i] * x[i];
        fourth += x[i] * x[i] * x[i] * x[i];
        below += x[i] < -1.6448536269514722; /* the quantile of 0.05 */
    }
    assert_true(__builtin_fabs(sum / N) < 5.0 / 1000);
    assert_true(__builtin_fabs(squares / N - 1) < 5 * 1.415 / 1000);
    assert_true(__builtin_fabs(fourth / N - 3) < 5 * 9.8 / 1000);
    assert_true(__builtin_fabs(below / (double)N - 0.05) < 5 * 0.218 / 1000);
    free(x);

    x = doubles("wide", N);
    int negative = 0, subnormal = 0, exponents[2047] = {0};
    for (int i = 0; i < N; i++) {
        uint64_t exponent = bits64(x[i]) >> 52 & 2047;
        assert_true(exponent < 2047); /* finite */
        exponents[exponent]++;
        negative += bits64(x[i]) >> 63;
        subnormal += exponent == 0;
    }
    for (int e = 0; e < 2047; e++)
        assert_true(exponents[e] > 300);
    assert_true(subnormal > 300 && negative > N / 2 - 2500 && negative < N / 2 + 2500);
    free(x);
}

/* ---- opening -------------------------------------------------------------------------------------------- */

static void refuses_what_makes_no_sense(void **state)
{
    (void)state;
    struct sheaf_reading r = {.count_set = true, .count = 10};
    refuse("gen:unifrom", &r, SHEAF_USAGE,
           "no such file, and no generator \"unifrom\" (did you mean uniform?); there are: uniform, uniform32, normal, "
           "wide, seq, ints, bytes", SHEAF_UNKNOWN);
    refuse("gen:", &r, SHEAF_USAGE, "no generator \"\"; there are", SHEAF_UNKNOWN);
    refuse("gen:uniform", NULL, SHEAF_USAGE, "how many? --count", SHEAF_UNKNOWN);
    r.type = "f32";
    refuse("gen:uniform", &r, SHEAF_USAGE, "makes f64, and --type says f32", SHEAF_UNKNOWN);
    r = (struct sheaf_reading){.count_set = true, .count = UINT64_MAX};
    refuse("gen:bytes", &r, SHEAF_USAGE, "is more than 2^60 elements", SHEAF_UNKNOWN);
    r = (struct sheaf_reading){.count_set = true, .count = 10, .na_count = 1};
    refuse("gen:seq", &r, SHEAF_USAGE, "--na makes no sense here", SHEAF_UNKNOWN);
    r = (struct sheaf_reading){.count_set = true, .count = 10, .endian = "big"};
    refuse("gen:seq", &r, SHEAF_USAGE, "--endian makes no sense here", SHEAF_UNKNOWN);
    r = (struct sheaf_reading){.count_set = true};
    const char *const names[] = {"gen:uniform", "gen:seq"};
    r.count = 10;
    refuse_all(names, 2, &r, SHEAF_INPUT, names[1], "holds i64 where gen:uniform holds f64", SHEAF_UNKNOWN);
    r = (struct sheaf_reading){.count_set = true, .count = 10, .column_count = 1};
    r.columns = (const char *const[]){"2"};
    refuse("gen:uniform", &r, SHEAF_USAGE, "--column makes no sense here: a generator makes one column", SHEAF_UNKNOWN);
}

static void an_existing_file_beats_a_generator(void **state)
{
    (void)state;
    char before[512];
    assert_non_null(getcwd(before, sizeof before));
    assert_int_equal(chdir(folder), 0);
    file_write("gen:seq", "abcdefgh", 8);
    struct sheaf_source *source = open_one("gen:seq", &(struct sheaf_reading){.type = "u8"});
    assert_string_equal(sheaf_source_format(source), "raw");
    assert_int_equal(sheaf_source_rows(source), 8);
    sheaf_source_destroy(source);
    assert_int_equal(unlink("gen:seq"), 0);
    assert_int_equal(chdir(before), 0);
}

static void none_is_a_count(void **state)
{
    (void)state;
    struct sheaf_source *source = open_gen("uniform", 7, 0, 0);
    assert_int_equal(sheaf_source_rows(source), 0);
    struct rows rows = read_cut(source, 8);
    assert_int_equal(rows.count, 0);
    sheaf_source_destroy(source);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(words_are_those_of_splitmix64),
        cmocka_unit_test(elements_follow_the_formulas),
        cmocka_unit_test(normal_has_the_same_bits_everywhere),
        cmocka_unit_test(cuts_and_variants_agree),
        cmocka_unit_test(distributions_are_right),
        cmocka_unit_test(refuses_what_makes_no_sense),
        cmocka_unit_test(an_existing_file_beats_a_generator),
        cmocka_unit_test(none_is_a_count),
    };
    return cmocka_run_group_tests(tests, folder_make, folder_remove);
}
