/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tests/fuzz/replay.c - a fuzz target without libFuzzer: calls it on the inputs that are kept, or on the files given.
 *
 * One test a target. The last line on standard error is the input that ended the program.
 */
#include <dirent.h>

#include "fuzz/fuzz.h"

static int
is_file(const struct dirent *e)
{
	return e->d_name[0] != '.';
}

static bool
replay(const char *path)
{
	FILE *f = fopen(path, "rb");
	long n = -1;
	uint8_t *bytes;

	fprintf(stderr, "%s\n", path);
	if (f && fseek(f, 0, SEEK_END) == 0)
		n = ftell(f);
	bytes = n >= 0 ? malloc(n ? (size_t)n : 1) : NULL;
	if (!bytes || fseek(f, 0, SEEK_SET) != 0 || fread(bytes, 1, (size_t)n, f) != (size_t)n) {
		if (f)
			fclose(f);
		free(bytes);
		return false;
	}
	fclose(f);
	(void)LLVMFuzzerTestOneInput(bytes, (size_t)n);
	free(bytes);
	return true;
}

int
main(int argc, char **argv)
{
	const char *slash = strrchr(argv[0], '/'), *name = slash ? slash + 1 : argv[0];
	char folder[256], path[600];
	struct dirent **files = NULL;
	unsigned bad = 0;
	int n = 0;

	for (int i = 1; i < argc; i++)
		bad += !replay(argv[i]);
	if (argc > 1)
		return bad > 0;
	if (strncmp(name, "fuzz_", 5) == 0)
		name += 5;
	snprintf(folder, sizeof(folder), "tests/fuzz/corpus/%s", name);
	n = scandir(folder, &files, is_file, alphasort);
	/* Nothing at all is an input too. */
	(void)LLVMFuzzerTestOneInput((const uint8_t *)"", 0);
	for (int i = 0; i < n; i++) {
		snprintf(path, sizeof(path), "%s/%s", folder, files[i]->d_name);
		bad += !replay(path);
		free(files[i]);
	}
	free(files);
	if (bad || n <= 0)
		printf("not ok %s: %d inputs in %s, %u cannot be read\n", name, n, folder, bad);
	else
		printf("ok %s: %d inputs\n", name, n);
	return bad || n <= 0;
}
