// The command line is wrong, or a file that it names: one line, and exit status 2.

export class UsageError extends Error {}
