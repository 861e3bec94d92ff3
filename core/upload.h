/* A submitted program, in whichever form it came:
 *
 *   application/json     {"language","code"}
 *   multipart/form-data  fields language, code or file
 *   anything else that may be a program (none, text, application): its bytes;
 *                        curl's default for --data-binary is a form type
 *
 * Where no language is said, ?language=, the file's name (also PUT …/f.py) or
 * a media type such as text/x-python says it.
 */
#ifndef CORE_UPLOAD_H
#define CORE_UPLOAD_H

#include "lib/http.h"

struct upload {
    char language[33]; /* as said; whether it exists is hand_in()'s business */
    char *code;        /* UTF-8 without NUL, 1 to conf()->code_max_bytes */
};

/* Read it; every fault is replied: 400 413 415 422.  On ERR_OK free it by
 * upload_free(). */
enum err upload_read(struct http_request *r, struct upload *out);
void upload_free(struct upload *u);

#endif
