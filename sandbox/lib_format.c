/* SPDX-License-Identifier: Apache-2.0 */
/* string.format: the C library writes the numbers, after the directive was taken apart here. */
#include "sandbox/lib.h"

#include <lauxlib.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "sandbox/meter.h"

struct directive {
	char flags[8];
	int width, precision; /* -1: none */
	char conversion;
};

/* Parses after '%'; returns where the directive ends. */
static const char *
parse(lua_State *L, const char *p, const char *end, const char *allowed_flags, struct directive *d)
{
	size_t n = 0;

	(void)allowed_flags;
	memset(d, 0, sizeof(*d));
	d->width = d->precision = -1;
	while (p < end && *p && strchr("-+ #0", *p)) {
		if (memchr(d->flags, *p, n) || n == sizeof(d->flags) - 1)
			luaL_error(L, "invalid format (repeated flags)");
		d->flags[n++] = *p++;
	}
	if (p < end && *p >= '0' && *p <= '9') {
		d->width = *p++ - '0';
		if (p < end && *p >= '0' && *p <= '9')
			d->width = d->width * 10 + *p++ - '0';
	}
	if (p < end && *p == '.') {
		p++;
		d->precision = 0;
		if (p < end && *p >= '0' && *p <= '9')
			d->precision = *p++ - '0';
		if (p < end && *p >= '0' && *p <= '9')
			d->precision = d->precision * 10 + *p++ - '0';
	}
	if (p < end && *p >= '0' && *p <= '9')
		luaL_error(L, "invalid format (width or precision too long)");
	if (p >= end)
		luaL_error(L, "invalid conversion '%%' to 'format'");
	d->conversion = *p;
	return p + 1;
}

/* "%" flags width precision length conversion, for snprintf. */
static void
rebuild(const struct directive *d, const char *length, char conversion, char out[32])
{
	size_t n = 0;

	out[n++] = '%';
	for (const char *f = d->flags; *f; f++)
		out[n++] = *f;
	if (d->width >= 0)
		n += (size_t)snprintf(out + n, 4, "%d", d->width);
	if (d->precision >= 0)
		n += (size_t)snprintf(out + n, 5, ".%d", d->precision);
	while (*length)
		out[n++] = *length++;
	out[n++] = conversion;
	out[n] = '\0';
}

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"

static void
add_integer(lua_State *L, luaL_Buffer *b, const struct directive *d, int i)
{
	char spec[32], out[160];
	lua_Integer v = luaL_checkinteger(L, i);
	int n;

	rebuild(d, "ll", d->conversion, spec);
	n = snprintf(out, sizeof(out), spec, (long long)v);
	luaL_addlstring(b, out, (size_t)n);
}

static void
add_float(lua_State *L, luaL_Buffer *b, const struct directive *d, int i)
{
	char spec[32], out[512];
	lua_Number v = luaL_checknumber(L, i);
	int n;

	if (isnan(v))
		v = (lua_Number)NAN; /* one nan, without a sign */
	rebuild(d, "", d->conversion, spec);
	n = snprintf(out, sizeof(out), spec, v);
	hyk_meter_charge(L, 4 + (uint64_t)n / 3); /* long ones take 50 ns a digit */
	luaL_addlstring(b, out, (size_t)n);
}

#pragma GCC diagnostic pop

static void
add_padded(luaL_Buffer *b, const struct directive *d, const char *s, size_t n)
{
	size_t pad;

	if (d->precision >= 0 && (size_t)d->precision < n)
		n = (size_t)d->precision;
	pad = d->width > 0 && (size_t)d->width > n ? (size_t)d->width - n : 0;
	if (!strchr(d->flags, '-'))
		for (size_t i = 0; i < pad; i++)
			luaL_addchar(b, ' ');
	luaL_addlstring(b, s, n);
	if (strchr(d->flags, '-'))
		for (size_t i = 0; i < pad; i++)
			luaL_addchar(b, ' ');
}

/* A number as a program would have to write it to get it back exactly. */
static void
add_literal(lua_State *L, luaL_Buffer *b, int i)
{
	char out[64];
	lua_Number d = lua_tonumber(L, i);

	if (lua_isinteger(L, i)) {
		lua_Integer v = lua_tointeger(L, i);

		snprintf(out, sizeof(out), v == LUA_MININTEGER ? "0x%llx" : "%lld", (long long)v);
	} else if (isnan(d) || isinf(d)) {
		snprintf(out, sizeof(out), "%s", isnan(d) ? "(0/0)" : d > 0 ? "1e9999" : "-1e9999");
	} else {
		snprintf(out, sizeof(out), "%a", d);
	}
	luaL_addstring(b, out);
}

static void
add_quoted(lua_State *L, luaL_Buffer *b, int i)
{
	struct hyk_str s;

	if (lua_type(L, i) == LUA_TNUMBER) {
		add_literal(L, b, i);
		return;
	}
	if (lua_type(L, i) != LUA_TSTRING) {
		luaL_argcheck(L, lua_type(L, i) <= LUA_TBOOLEAN, i, "value has no literal form");
		hyk_lib_push_text(L, i);
		luaL_addvalue(b);
		return;
	}
	s.p = lua_tolstring(L, i, &s.n);
	hyk_meter_charge(L, 1 + s.n / 4);
	luaL_addchar(b, '"');
	for (size_t k = 0; k < s.n; k++) {
		unsigned char c = (unsigned char)s.p[k];

		if (c == '"' || c == '\\' || c == '\n') {
			luaL_addchar(b, '\\');
			luaL_addchar(b, (char)c);
		} else if (c < 32 || c == 127) {
			char out[8];
			bool digit = k + 1 < s.n && s.p[k + 1] >= '0' && s.p[k + 1] <= '9';

			snprintf(out, sizeof(out), digit ? "\\%03d" : "\\%d", c);
			luaL_addstring(b, out);
		} else {
			luaL_addchar(b, (char)c);
		}
	}
	luaL_addchar(b, '"');
}

static void
add(lua_State *L, luaL_Buffer *b, const struct directive *d, int i)
{
	struct hyk_str s;

	hyk_meter_charge(L, 4);
	luaL_argcheck(L, i <= lua_gettop(L), i, "no value");
	switch (d->conversion) {
	case 'c': {
		char c = (char)(unsigned char)luaL_checkinteger(L, i);

		add_padded(b, d, &c, 1);
		return;
	}
	case 'd':
	case 'i':
	case 'o':
	case 'u':
	case 'x':
	case 'X':
		add_integer(L, b, d, i);
		return;
	case 'a':
	case 'A':
	case 'e':
	case 'E':
	case 'f':
	case 'F':
	case 'g':
	case 'G':
		add_float(L, b, d, i);
		return;
	case 'q':
		if (d->flags[0] || d->width >= 0 || d->precision >= 0)
			luaL_error(L, "specifier '%%q' cannot have modifiers");
		add_quoted(L, b, i);
		return;
	case 's':
		/* The buffer's own slot is on top of the stack: the text goes above it and is added
		 * at once. */
		s = hyk_lib_push_text(L, i);
		hyk_meter_charge_bytes(L, s.n);
		if (d->width < 0 && d->precision < 0) {
			luaL_addvalue(b);
			return;
		}
		/* Adding may move the stack's top, not the text: it is held by the copy below the
		 * buffer. */
		lua_replace(L, i);
		add_padded(b, d, s.p, s.n);
		return;
	case 'p':
		luaL_error(L, "'%%p' is not offered: addresses differ from process to process");
		return;
	default:
		luaL_error(L, "invalid conversion '%%%c' to 'format'",
		    d->conversion >= 32 && d->conversion < 127 ? d->conversion : '?');
	}
}

int
hyk_lib_string_format(lua_State *L)
{
	size_t n;
	const char *p = luaL_checklstring(L, 1, &n), *end = p + n;
	struct directive d;
	luaL_Buffer b;
	int i = 1, top = lua_gettop(L);

	hyk_meter_charge(L, 1 + n / 4);
	luaL_buffinit(L, &b);
	while (p < end) {
		if (*p != '%') {
			luaL_addchar(&b, *p++);
		} else if (p + 1 < end && p[1] == '%') {
			luaL_addchar(&b, '%');
			p += 2;
		} else {
			p = parse(L, p + 1, end, "", &d);
			if (++i > top)
				return luaL_argerror(L, i, "no value");
			add(L, &b, &d, i);
		}
	}
	luaL_pushresult(&b);
	return 1;
}
