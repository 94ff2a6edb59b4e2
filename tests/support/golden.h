/* SPDX-License-Identifier: MIT */
#ifndef SUPPORT_GOLDEN_H
#define SUPPORT_GOLDEN_H

/*
 * golden.h - text that a person has looked at and found good
 *
 * tests/golden/NAME holds what was found good.  When a change is meant to
 * change it, run the test with WEFT_GOLDEN=write and read the difference
 * before it is committed.
 */

/* Fails the running test where @text is not what tests/golden/@name says. */
void assert_golden(const char *name, const char *text);

#endif /* SUPPORT_GOLDEN_H */
