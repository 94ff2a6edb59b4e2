// SPDX-License-Identifier: MIT
/*
 * fec.c - a code that repairs octets: Reed-Solomon RS(255, 239)
 *
 * Theory of operation
 * ===================
 * Octets are the 256 elements of a field: adding is exclusive or, multiplying
 * is multiplying polynomials modulo x^8 + x^4 + x^3 + x^2 + 1, and every
 * element but 0 is a power of alpha = 2.
 *
 * A word is the list of coefficients of a polynomial, the first octet that of
 * the highest power.  The sender appends 16 octets of parity so that the whole
 * is 0 at alpha^0 ... alpha^15: these octets are the remainder of the division
 * by the polynomial with exactly these roots.
 *
 * The receiver evaluates what came at the same sixteen places.  The sender's
 * part is 0 there, so the sixteen values, the syndromes, are those of the
 * errors alone.  If k octets are wrong, their places X_1 ... X_k and what was
 * added to them solve 16 equations; that is enough for k <= 8:
 *
 *	1  syndromes; all 0: nothing is wrong
 *	2  the locator, a polynomial with the roots 1 / X_i: the shortest
 *	   recurrence that produces the syndromes (Berlekamp, Massey)
 *	3  its roots, by trying all places (Chien)
 *	4  what was added at each (Forney)
 *
 * If step 3 does not find as many roots as the locator has, more was wrong.
 *
 * There are no tables: only words that were hit are ever decoded.
 *
 * Limits: nine wrong octets may pass for fewer, though hardly ever.  The FCS is
 * still there.
 */

#include "vnet/fec.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>

#define FIELD 0x11d /* the polynomial */
#define ALPHA 2
#define ORDER 255 /* alpha^255 = 1 */

static uint8_t gf_mul(uint8_t a, uint8_t b)
{
	unsigned int x = a, sum = 0;

	for (; b; b >>= 1) {
		if (b & 1)
			sum ^= x;
		x <<= 1;
		if (x & 0x100)
			x ^= FIELD;
	}
	return (uint8_t)sum;
}

static uint8_t gf_pow(uint8_t a, unsigned int n)
{
	uint8_t result = 1;

	for (; n; n >>= 1, a = gf_mul(a, a))
		if (n & 1)
			result = gf_mul(result, a);
	return result;
}

/* 1 / a; @a is not 0. */
static uint8_t gf_inverse(uint8_t a)
{
	return gf_pow(a, ORDER - 1);
}

/* Polynomials from here on: coefficient i belongs to x^i. */
static uint8_t evaluate(const uint8_t *poly, size_t len, uint8_t x)
{
	uint8_t sum = 0;

	while (len--)
		sum = gf_mul(sum, x) ^ poly[len];
	return sum;
}

/* The product of x + alpha^i for all i < FEC_PARITY. */
static void generator(uint8_t g[static FEC_PARITY + 1])
{
	uint8_t root = 1;
	int i, j;

	memset(g, 0, FEC_PARITY + 1);
	g[0] = 1;
	for (i = 0; i < FEC_PARITY; i++, root = gf_mul(root, ALPHA)) {
		for (j = i + 1; j > 0; j--)
			g[j] = g[j - 1] ^ gf_mul(g[j], root);
		g[0] = gf_mul(g[0], root);
	}
}

void fec_encode(const uint8_t *data, size_t len,
		uint8_t parity[static FEC_PARITY])
{
	uint8_t g[FEC_PARITY + 1];
	size_t i, j;

	generator(g);
	memset(parity, 0, FEC_PARITY);
	for (i = 0; i < len; i++) {
		uint8_t q = data[i] ^ parity[0];

		/* Shift left by one power and take away q times g. */
		for (j = 0; j < FEC_PARITY; j++) {
			uint8_t next = j + 1 < FEC_PARITY ? parity[j + 1] : 0;

			parity[j] = next ^ gf_mul(q, g[FEC_PARITY - 1 - j]);
		}
	}
}

/* A word as it came: data and parity behind each other. */
struct word {
	uint8_t octet[FEC_DATA + FEC_PARITY];
	size_t len;
};

/* Step 1.  Returns whether all of them are 0. */
static bool syndromes(const struct word *w, uint8_t s[static FEC_PARITY])
{
	uint8_t x = 1, any = 0;
	size_t i, k;

	for (i = 0; i < FEC_PARITY; i++, x = gf_mul(x, ALPHA)) {
		s[i] = 0;
		for (k = 0; k < w->len; k++)
			s[i] = gf_mul(s[i], x) ^ w->octet[k];
		any |= s[i];
	}
	return !any;
}

#define POLY (FEC_PARITY + 1)

/* a += factor * x^shift * b */
static void add_shifted(uint8_t *a, const uint8_t *b, uint8_t factor,
			size_t shift)
{
	size_t i;

	for (i = shift; i < POLY; i++)
		a[i] ^= gf_mul(factor, b[i - shift]);
}

/* Step 2.  Returns the degree of the locator. */
static size_t locator(const uint8_t *s, uint8_t sigma[static POLY])
{
	uint8_t last[POLY] = {1}, keep[POLY], last_miss = 1;
	size_t degree = 0, since = 1, n, i;

	memset(sigma, 0, POLY);
	sigma[0] = 1;
	for (n = 0; n < FEC_PARITY; n++, since++) {
		uint8_t miss = s[n]; /* what the recurrence gets wrong */

		for (i = 1; i <= degree; i++)
			miss ^= gf_mul(sigma[i], s[n - i]);
		if (!miss)
			continue;
		memcpy(keep, sigma, POLY);
		add_shifted(sigma, last, gf_mul(miss, gf_inverse(last_miss)),
			    since);
		if (2 * degree > n)
			continue;
		degree = n + 1 - degree;
		memcpy(last, keep, POLY);
		last_miss = miss;
		since = 0;
	}
	return degree;
}

/* Step 3: indices of the wrong octets.  Returns how many were found. */
static size_t places(const struct word *w, const uint8_t *sigma, size_t degree,
		     uint8_t at[static FEC_REPAIR])
{
	const uint8_t back = gf_inverse(ALPHA);
	uint8_t x = 1; /* 1 / X of the octet: alpha^-power */
	size_t found = 0, power;

	for (power = 0; power < w->len; power++, x = gf_mul(x, back)) {
		if (evaluate(sigma, degree + 1, x))
			continue;
		if (found == FEC_REPAIR)
			return 0;
		at[found++] = (uint8_t)(w->len - 1 - power);
	}
	return found;
}

/* The polynomial s(x) sigma(x), of which only the low powers matter. */
static void evaluator(const uint8_t *s, const uint8_t *sigma, size_t degree,
		      uint8_t omega[static FEC_PARITY])
{
	size_t i, j;

	memset(omega, 0, FEC_PARITY);
	for (i = 0; i < FEC_PARITY; i++)
		for (j = 0; j <= degree && j <= i; j++)
			omega[i] ^= gf_mul(sigma[j], s[i - j]);
}

/* Step 4: what was added to the octet of that power. */
static uint8_t error_at(size_t power, const uint8_t *omega,
			const uint8_t *sigma, size_t degree)
{
	uint8_t place = gf_pow(ALPHA, (unsigned int)power);
	uint8_t x = gf_inverse(place), slope = 0;
	size_t i;

	/* The derivative: with exclusive or only odd powers remain. */
	for (i = 1; i <= degree; i += 2)
		slope ^= gf_mul(sigma[i], gf_pow(x, (unsigned int)i - 1));
	if (!slope)
		return 0;
	return gf_mul(place, gf_mul(evaluate(omega, FEC_PARITY, x),
				    gf_inverse(slope)));
}

static int repair(struct word *w)
{
	uint8_t s[FEC_PARITY], sigma[POLY], omega[FEC_PARITY];
	uint8_t at[FEC_REPAIR];
	size_t degree, found, i;

	if (syndromes(w, s))
		return 0;
	degree = locator(s, sigma);
	if (degree > FEC_REPAIR)
		return -EBADMSG;
	found = places(w, sigma, degree, at);
	if (found != degree)
		return -EBADMSG;
	evaluator(s, sigma, degree, omega);
	for (i = 0; i < found; i++)
		w->octet[at[i]] ^=
			error_at(w->len - 1 - at[i], omega, sigma, degree);
	return syndromes(w, s) ? (int)found : -EBADMSG;
}

int fec_decode(uint8_t *data, size_t len, uint8_t parity[static FEC_PARITY])
{
	struct word w = {.len = len + FEC_PARITY};
	int count;

	memcpy(w.octet, data, len);
	memcpy(w.octet + len, parity, FEC_PARITY);
	count = repair(&w);
	if (count > 0) {
		memcpy(data, w.octet, len);
		memcpy(parity, w.octet + len, FEC_PARITY);
	}
	return count;
}
