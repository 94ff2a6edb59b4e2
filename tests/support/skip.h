/* SPDX-License-Identifier: MIT */
#ifndef SUPPORT_SKIP_H
#define SUPPORT_SKIP_H

/*
 * skip.h - skipping a test aloud
 *
 * Include it behind <cmocka.h>.  The reason stands in the log before cmocka's
 * own line, and tools/test-report.py prints it beside the test's name.
 */

#define skip_because(...)                              \
	do {                                           \
		print_message("# skip: " __VA_ARGS__); \
		print_message("\n");                   \
		skip();                                \
	} while (0)

#endif /* SUPPORT_SKIP_H */
