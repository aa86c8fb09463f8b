/* Executes the SQL of one file on a database in memory and prints every row, columns apart by `|`.
 * SQLite's own file system layer is left out (SQLITE_OS_OTHER), since wasi-libc has no file locks.
 * The one here refuses every file; SQLite asks it only for a name, random bytes and the time. */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sqlite3.h"

static int refuse_open(sqlite3_vfs* system, const char* name, sqlite3_file* file, int flags,
                       int* given) {
  file->pMethods = NULL;
  return SQLITE_CANTOPEN;
}

static int refuse_remove(sqlite3_vfs* system, const char* name, int sync) {
  return SQLITE_IOERR_DELETE;
}

static int nothing_exists(sqlite3_vfs* system, const char* name, int flags, int* answer) {
  *answer = 0;
  return SQLITE_OK;
}

static int same_name(sqlite3_vfs* system, const char* name, int size, char* full) {
  return snprintf(full, size, "%s", name) < size ? SQLITE_OK : SQLITE_CANTOPEN;
}

static int same_bytes(sqlite3_vfs* system, int size, char* bytes) {
  memset(bytes, 42, size);
  return size;
}

static int no_sleep(sqlite3_vfs* system, int microseconds) { return 0; }

static int epoch(sqlite3_vfs* system, double* julian_day) {
  *julian_day = 2440587.5;
  return SQLITE_OK;
}

int sqlite3_os_init(void) {
  static sqlite3_vfs system = {.iVersion = 1,
                               .szOsFile = sizeof(sqlite3_file),
                               .mxPathname = 255,
                               .zName = "none",
                               .xOpen = refuse_open,
                               .xDelete = refuse_remove,
                               .xAccess = nothing_exists,
                               .xFullPathname = same_name,
                               .xRandomness = same_bytes,
                               .xSleep = no_sleep,
                               .xCurrentTime = epoch};
  return sqlite3_vfs_register(&system, 1);
}

int sqlite3_os_end(void) { return SQLITE_OK; }

static int print_row(void* unused, int columns, char** values, char** names) {
  for (int i = 0; i < columns; i++)
    printf("%s%s", i == 0 ? "" : "|", values[i] ? values[i] : "NULL");
  putchar('\n');
  return 0;
}

static char* read_file(const char* path) {
  FILE* file = fopen(path, "rb");
  if (file == NULL) return NULL;
  char* text = NULL;
  size_t length = 0, capacity = 0;
  do {
    capacity = capacity * 2 + 64;
    text = realloc(text, capacity + 1);
    length += fread(text + length, 1, capacity - length, file);
  } while (length == capacity);
  fclose(file);
  text[length] = '\0';
  return text;
}

int main(int count, char** arguments) {
  char* script = count == 2 ? read_file(arguments[1]) : NULL;
  if (script == NULL) {
    fprintf(stderr, "sqlite: the one argument is a file with SQL\n");
    return 2;
  }
  sqlite3* database = NULL;
  char* message = NULL;
  int status = sqlite3_open(":memory:", &database);
  if (status == SQLITE_OK) status = sqlite3_exec(database, script, print_row, NULL, &message);
  if (status != SQLITE_OK)
    fprintf(stderr, "sqlite: %s\n", message ? message : sqlite3_errstr(status));
  sqlite3_free(message);
  sqlite3_close(database);
  free(script);
  /* What SQLite believes to have allocated: 0, when every block came back through free. */
  printf("memory in use at the end: %lld\n", (long long)sqlite3_memory_used());
  return status != SQLITE_OK;
}
