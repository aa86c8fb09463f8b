// What is wrong with the command line or with a file it names, in one line: exit 2.

export class UsageError extends Error {}
