#include "source/known.h"

#include <string.h>

#define MAGIC(text) .magic = text, .size = sizeof text - 1
#define TO_CSV(reader) "python3 -c \"import pandas; pandas." reader "('", "').to_csv('data.csv', index=False)\""

/* Signatures as in each format's specification: RFC 1952, RFC 8878, the .xz and LZ4 frame formats, bzip2,
 * APPNOTE.TXT, Parquet (whose first Thrift field is always 0x15), Arrow IPC, HDF5 superblock, NetCDF classic, Avro,
 * SQLite, MAT-file level 5, Unicode chapter 23.8. */
static const struct known_format formats[] = {
    {"compressed with gzip", "gunzip -c ", " | sheaf run ... -", MAGIC("\x1f\x8b\x08")},
    {"compressed with zstd", "zstd -dc ", " | sheaf run ... -", MAGIC("\x28\xb5\x2f\xfd")},
    {"compressed with xz", "xz -dc ", " | sheaf run ... -", MAGIC("\xfd" "7zXZ\0")},
    {"compressed with lz4", "lz4 -dc ", " | sheaf run ... -", MAGIC("\x04\x22\x4d\x18")},
    {"compressed with bzip2", "bunzip2 -c ", " | sheaf run ... -", MAGIC("1AY&SY"), .at = 4},
    {"a zip archive (.npz and .xlsx are such)", "unzip ", ", then name the .npy or .csv files that come out",
     MAGIC("PK\x03\x04")},
    {"a Parquet file", TO_CSV("read_parquet"), MAGIC("PAR1\x15")},
    {"an Arrow (Feather) file", TO_CSV("read_feather"), MAGIC("ARROW1\0\0")},
    {"an HDF5 or NetCDF-4 file", "h5dump -d /DATASET -b LE -o data.raw ", ", then sheaf run ... --type f64 data.raw",
     MAGIC("\x89HDF\r\n\x1a\n")},
    {"a NetCDF classic file", "ncdump -v VARIABLE ", " writes one as text", MAGIC("CDF\x01")},
    {"a NetCDF classic file", "ncdump -v VARIABLE ", " writes one as text", MAGIC("CDF\x02")},
    {"a NetCDF classic file", "ncdump -v VARIABLE ", " writes one as text", MAGIC("CDF\x05")},
    {"an Avro file", "write ", " as CSV first", MAGIC("Obj\x01")},
    {"an SQLite database", "sqlite3 -csv ", " 'select ...' | sheaf run ... -", MAGIC("SQLite format 3\0")},
    {"a MATLAB file", "write the variables of ", " as .npy or text first", MAGIC("MATLAB 5.0 MAT-file")},
    {"text in UTF-32", "iconv -f utf-32 -t utf-8 ", " | sheaf run ... -", MAGIC("\xff\xfe\0\0"), .weak = true},
    {"text in UTF-16", "iconv -f utf-16 -t utf-8 ", " | sheaf run ... -", MAGIC("\xff\xfe"), .weak = true},
    {"text in UTF-16", "iconv -f utf-16 -t utf-8 ", " | sheaf run ... -", MAGIC("\xfe\xff"), .weak = true},
};

const struct known_format *known_format_find(const unsigned char *bytes, size_t size, bool raw)
{
    for (size_t i = 0; i < sizeof formats / sizeof formats[0]; i++) {
        const struct known_format *f = &formats[i];
        if (!(raw && f->weak) && size >= f->at + f->size && memcmp(bytes + f->at, f->magic, f->size) == 0)
            return f;
    }
    return NULL;
}
