#include "core/row.h"

void
row_add_text(struct json *o, const char *key, const struct db_result *r,
             int row, int col)
{
    if (db_null(r, row, col))
        json_add_null(o, key);
    else
        json_add_text(o, key, db_text(r, row, col));
}

void
row_add_int(struct json *o, const char *key, const struct db_result *r, int row,
            int col)
{
    if (db_null(r, row, col))
        json_add_null(o, key);
    else
        json_add_int(o, key, db_int(r, row, col));
}

void
row_add_number(struct json *o, const char *key, const struct db_result *r,
               int row, int col)
{
    if (db_null(r, row, col))
        json_add_null(o, key);
    else
        json_add_number(o, key, db_double(r, row, col));
}

void
row_add_json(struct json *o, const char *key, const struct db_result *r,
             int row, int col)
{
    json_add_raw(o, key, db_text(r, row, col));
}
