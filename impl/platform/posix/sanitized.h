/* Role: SANITIZED is defined where a sanitizer replaces functions of the C library. */
#ifndef PLATFORM_SANITIZED_H
#define PLATFORM_SANITIZED_H

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define SANITIZED
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer) || __has_feature(memory_sanitizer)
#define SANITIZED
#endif
#endif

#endif
