/* SPDX-License-Identifier: MIT */
#ifndef LAB_REPEAT_H
#define LAB_REPEAT_H

/*
 * repeat.h - many nodes alike
 */

#include "lab/tree.h"

/**
 * repeat_expand() - Do what `repeat` says, on the tree
 * @diag:	Errors go there
 * @root:	The lab; its nodes, joins and links grow, `repeat` is taken out
 */
void repeat_expand(struct diag *diag, struct tree *root);

#endif /* LAB_REPEAT_H */
