/* A report as rectangles: what text, CSV, TSV and .npy show. */
#ifndef DRIVERS_GRID_H
#define DRIVERS_GRID_H

#include "report.h"

/* Rows of cells under named columns. A cell is NULL where a row has no such value. */
struct grid {
    const char *title;  /* of a table's entry; NULL: the scalars */
    const char **names; /* column_count of them */
    size_t column_count, row_count, row_capacity;
    size_t key_count;   /* leading columns that say what a row is about */
    const struct sheaf_value **cells; /* row by row */
};

/* All that a report holds: the grid of scalars (no row if there is none), and one grid for each table. The first
 * columns are "file" (empty in the rows of the total: no file is called so) and "column" where they differ. They live
 * until the program ends. */
struct grids {
    struct grid scalars;
    struct grid *tables;
    size_t table_count;
};
struct grids grids_make(const struct report *report);

/* A cell as CSV, TSV and text write it: all digits of integers, the shortest reals; "" for no value. `real` holds
 * the text of a real. */
const char *grid_cell_text(const struct sheaf_value *cell, char real[32]);

#endif
