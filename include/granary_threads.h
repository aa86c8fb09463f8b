/* What a thread of a program that links libgranary-threads.a may say. The calls of granary.h,
 * granary_vtable, the malloc family and C++ new and delete are for every thread of the program, at
 * any time and in any order; a block may be freed by another thread than the one that allocated it.
 * calloc and granary_alloc_zeroed clear every block here.
 *
 * Compile with -matomics -mbulk-memory and link with --shared-memory. Nothing has to be called
 * before the first allocation of a thread. Each thread must be an instance of the program over the
 * same memory, as the threads of wasi-threads and of emscripten are.
 *
 * A thread that a host ends while it is inside a call may have the heap's lock, which nobody
 * releases then: end threads between their calls. */
#ifndef GRANARY_THREADS_H
#define GRANARY_THREADS_H

#ifdef __cplusplus
extern "C" {
#endif

/* Gives back to the heap the free blocks that the calling thread holds: at most 64 KiB. Call it
 * when a thread ends, or will not allocate for a while; what a thread holds when it ends without
 * this call is lost. The thread may go on to allocate. */
void granary_thread_flush(void);

/* Says whether the calling thread may wait for the heap's lock asleep (memory.atomic.wait32). As
 * long as a thread has not said so, it looks at the lock until it is free: the main thread of a
 * browser must never sleep. Where threads outnumber cores, all others should say 1. */
void granary_thread_may_wait(int allowed);

#ifdef __cplusplus
}
#endif

#endif
