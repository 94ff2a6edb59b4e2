/* SPDX-License-Identifier: MIT */
#ifndef BASE_MD5_H
#define BASE_MD5_H

/*
 * md5.h - the message digest of RFC 1321
 *
 * Long broken as a proof that nobody has changed a document: whoever makes
 * both of two documents can give them the same digest.  It is here because
 * CHAP speaks it (RFC 1994), where it only has to hide a secret.
 */

#include <stddef.h>
#include <stdint.h>

enum { MD5_LEN = 16, MD5_BLOCK = 64 };

/**
 * struct md5 - a digest under way
 * @state:	The four words
 * @octets:	Taken in so far
 * @block:	Those that do not fill a block yet
 */
struct md5 {
	uint32_t state[4];
	uint64_t octets;
	uint8_t block[MD5_BLOCK];
};

void md5_init(struct md5 *m);

/* Take in the next @len octets. */
void md5_add(struct md5 *m, const void *buf, size_t len);

/* The digest of all that was taken in; @m is used up. */
void md5_done(struct md5 *m, uint8_t digest[static MD5_LEN]);

#endif /* BASE_MD5_H */
