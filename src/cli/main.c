// SPDX-License-Identifier: MIT
/* main.c - the program's entry: a table of subcommands */

int main(void)
{
	return 0;
}
