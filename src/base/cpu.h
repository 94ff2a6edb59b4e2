/* SPDX-License-Identifier: MIT */
#ifndef BASE_CPU_H
#define BASE_CPU_H

/*
 * cpu.h - what this processor has beyond its architecture
 *
 * The compiler's own answer is a load and a branch, for which it links 5 KB
 * that ask the processor at the start.  The C library has asked, too, and where
 * size is what is built for its answer is called for.
 */

#include <stdbool.h>

#if defined(WEFT_SMALL) && defined(__x86_64__) && defined(__has_include)
#if __has_include(<sys/platform/x86.h>)
#include <sys/platform/x86.h>
#define CPU_HAS(builtin, glibc) CPU_FEATURE_ACTIVE(glibc)
#endif
#endif

#ifndef CPU_HAS
#define CPU_HAS(builtin, glibc) __builtin_cpu_supports(builtin)
#endif

#ifdef __x86_64__
static inline bool cpu_has_avx2(void)
{
	return CPU_HAS("avx2", AVX2);
}

static inline bool cpu_has_pclmul(void)
{
	return CPU_HAS("pclmul", PCLMULQDQ);
}
#else
static inline bool cpu_has_avx2(void)
{
	return false;
}

static inline bool cpu_has_pclmul(void)
{
	return false;
}
#endif

#endif /* BASE_CPU_H */
