/* Forms of texts: days of the calendar. */
#include "base/text/format.h"
#include <criterion/criterion.h>

Test(format, a_day_is_one_of_the_calendar)
{
    static const char *const days[] = {"2026-01-31", "2026-02-28", "2024-02-29", "2000-02-29", "2026-04-30",
        "2026-06-30", "2026-09-30", "2026-11-30", "2026-12-31"};
    static const char *const none[] = {"2026-02-29", "2026-02-30", "2026-02-31", "2100-02-29", "2026-04-31",
        "2026-06-31", "2026-09-31", "2026-11-31", "2026-12-32", "2026-00-01", "2026-13-01", "2026-01-00", "2026-1-01",
        "26-01-01", "2026-01-01 ", "2026-01-01T00:00:00Z", ""};
    for (size_t i = 0; i < sizeof days / sizeof *days; i++)
        cr_expect(format_is_date(days[i]), "%s", days[i]);
    for (size_t i = 0; i < sizeof none / sizeof *none; i++)
        cr_expect_not(format_is_date(none[i]), "%s", none[i]);
}
