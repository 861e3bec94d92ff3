#include "lib/secret.h"

#include "lib/log.h"

#include <sodium.h>
#include <stdio.h>
#include <string.h>

_Static_assert((int)SECRET_PASSWORD_HASH_SIZE >= crypto_pwhash_STRBYTES,
               "room for an argon2id hash");

/* OWASP's minimum for argon2id; 31 ms measured. */
enum {
    MEMORY_BYTES = 19 * 1024 * 1024,
    PASSES = 2
};

void
secret_init(void)
{
    if (sodium_init() < 0)
        fatal("no randomness", "library=libsodium");
}

void
secret_token(char token[SECRET_TOKEN_SIZE],
             unsigned char hash[SECRET_HASH_SIZE])
{
    unsigned char raw[32];
    char text[sodium_base64_ENCODED_LEN(
        sizeof raw, sodium_base64_VARIANT_URLSAFE_NO_PADDING)];

    _Static_assert(sizeof text <= SECRET_TOKEN_SIZE, "room for a token");
    randombytes_buf(raw, sizeof raw);
    sodium_bin2base64(text, sizeof text, raw, sizeof raw,
                      sodium_base64_VARIANT_URLSAFE_NO_PADDING);
    snprintf(token, SECRET_TOKEN_SIZE, "%s", text);
    secret_hash(token, strlen(token), hash);
    sodium_memzero(raw, sizeof raw);
    sodium_memzero(text, sizeof text);
}

void
secret_hash(const void *data, size_t size, unsigned char hash[SECRET_HASH_SIZE])
{
    crypto_generichash(hash, SECRET_HASH_SIZE, data, size, NULL, 0);
}

void
secret_hex(const unsigned char *data, size_t size, char *out)
{
    sodium_bin2hex(out, 2 * size + 1, data, size);
}

bool
secret_base64(const char *text, char *out, size_t size)
{
    size_t n = 0;
    if (sodium_base642bin((unsigned char *)out, size - 1, text, strlen(text),
                          NULL, &n, NULL, sodium_base64_VARIANT_ORIGINAL) != 0)
        return false;
    out[n] = '\0';
    return strlen(out) == n;
}

void
secret_password_hash(const char *password, char out[SECRET_PASSWORD_HASH_SIZE])
{
    if (crypto_pwhash_str(out, password, strlen(password), PASSES,
                          MEMORY_BYTES) != 0)
        fatal("out of memory", "for=argon2id");
}

bool
secret_password_check(const char *password, const char *stored)
{
    static char dummy[SECRET_PASSWORD_HASH_SIZE];
    bool known = stored != NULL && *stored != '\0';

    if (!known && dummy[0] == '\0')
        secret_password_hash("nobody's", dummy);
    bool same = crypto_pwhash_str_verify(known ? stored : dummy, password,
                                         strlen(password)) == 0;
    return known && same;
}
