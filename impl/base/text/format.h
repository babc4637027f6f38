/* Role: texts that documents hold in a form of their own. GUIDs: identity.h. No state; any thread. */
#ifndef BASE_FORMAT_H
#define BASE_FORMAT_H

#include <stdbool.h>
#include <stdint.h>

/* Six bytes in hexadecimal, separated by - or : throughout. */
bool format_is_mac_address(const char *text);
bool format_is_base64(const char *text);
/* A day of the calendar as 2026-08-07. */
bool format_is_date(const char *text);
/* The shape of RFC 3339. */
bool format_is_date_time(const char *text);
/* Reads 0x and one to eight hexadecimal digits, as HRESULTs are written. */
bool format_read_code(const char *text, uint32_t *code);

#endif
