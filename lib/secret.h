/* Random tokens and passwords, by libsodium; the only file that knows it.
 * https://doc.libsodium.org/
 */
#ifndef LIB_SECRET_H
#define LIB_SECRET_H

#include <stdbool.h>
#include <stddef.h>

enum {
    SECRET_HASH_SIZE = 32,  /* BLAKE2b-256 */
    SECRET_TOKEN_SIZE = 48, /* base64url of 32 bytes, NUL */
    SECRET_PASSWORD_HASH_SIZE = 128
};

/* Call once at start; fatal when there is no randomness. */
void secret_init(void);

/* A new random token as text, and its hash, which alone is stored. */
void secret_token(char token[SECRET_TOKEN_SIZE],
                  unsigned char hash[SECRET_HASH_SIZE]);
/* BLAKE2b-256 of anything (also package hashes). */
void secret_hash(const void *data, size_t size,
                 unsigned char hash[SECRET_HASH_SIZE]);
/* Lower-case hexadecimal; `out` has 2 * size + 1 bytes. */
void secret_hex(const unsigned char *data, size_t size, char *out);

/* Decode base64 text into `out` (its size includes the NUL that is added).
 * False: not base64, too long, or with a NUL inside. */
bool secret_base64(const char *text, char *out, size_t size);

/* argon2id, 19 MiB, t=2 (about 31 ms). */
void secret_password_hash(const char *password,
                          char out[SECRET_PASSWORD_HASH_SIZE]);
/* `stored` NULL takes the same time against a dummy, and is false. */
bool secret_password_check(const char *password, const char *stored);

#endif
