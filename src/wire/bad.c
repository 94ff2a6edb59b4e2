// SPDX-License-Identifier: MIT
/*
 * bad.c - names for what parsers refuse
 */

#include "wire/bad.h"

const char *wire_bad_name(int err)
{
	switch (err) {
	case WIRE_SHORT:
		return "short";
	case WIRE_VERSION:
		return "version";
	case WIRE_HLEN:
		return "hlen";
	case WIRE_LEN:
		return "len";
	case WIRE_CSUM:
		return "csum";
	case WIRE_FIELD:
		return "field";
	default:
		return "bad";
	}
}
