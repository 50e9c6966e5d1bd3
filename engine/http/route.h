/* SPDX-License-Identifier: Apache-2.0 */
/*
 * http/route.h - the one table of what is served: method, path, rights, who answers.
 *
 * Threads:   immutable.
 */
#ifndef HYK_HTTP_ROUTE_H
#define HYK_HTTP_ROUTE_H

#include "runtime/engine.h"

struct hyk_call;

enum hyk_method { HYK_METHOD_GET = 1u << 0, HYK_METHOD_POST = 1u << 1, HYK_METHOD_OTHER = 1u << 2 };
/* HEAD is served as GET: the library leaves the body out. */
enum hyk_method hyk_method_parse(const char *method);

/* How errors are told. */
enum hyk_error_form {
	HYK_ERROR_PROBLEM, /* RFC 9457 */
	HYK_ERROR_AUTHZEN  /* AuthZEN 1.0: an error message string; a wrong content type is 400 */
};

struct hyk_route {
	const char *name; /* in metrics */
	enum hyk_method method;
	const char *pattern; /* "{id}" stands for 1 to 64 letters, digits, '-' and '_' */
	uint32_t rights;     /* one of these is needed; 0: no token is asked for */
	enum hyk_error_form form;
	bool no_store;
	/* Who answers: a function here, or with NULL the engine by `op`. */
	void (*answer)(struct hyk_call *call);
	enum hyk_operation op;
	const char *doc;
};

#define HYK_N_ROUTES 22u
extern const struct hyk_route hyk_routes[HYK_N_ROUTES];

/*
 * The route of a path and method, with the text that stands for {id}. NULL: none;
 * then ret_allowed has the methods that the path takes, 0 when there is no such path.
 */
const struct hyk_route *hyk_route_find(
    struct hyk_str path, enum hyk_method method, struct hyk_str *ret_id, unsigned *ret_allowed);
/* "GET, HEAD": for the Allow header. Static storage. */
const char *hyk_method_list(unsigned methods);

#endif
