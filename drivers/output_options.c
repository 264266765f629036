#include "output_options.h"

#include <string.h>

#define FIELD(name) offsetof(struct output_options, name)
const struct option_table output_table = {
    "Output",
    (const struct option[]){
        {"output", 'o', false, "FILE", option_text, FIELD(path),
         "Write the answer to FILE, which appears only when it is complete"},
        {"format", 0, false, "text|json|csv|tsv|npy", option_choice, FIELD(format),
         "How to write it (by FILE's ending; text on standard output and for any other ending)"},
        {"json", 0, false, NULL, option_own_name, FIELD(format), "Short for --format json"},
        {"csv", 0, false, NULL, option_own_name, FIELD(format), "Short for --format csv"},
        {"progress", 0, false, NULL, option_on, FIELD(progress),
         "Show progress on standard error (on a terminal, after a second); in a log a line every 10 s"},
        {"no-progress", 0, false, NULL, option_off, FIELD(progress), "Show none"},
        {"dry-run", 0, false, NULL, option_switch, FIELD(dry_run),
         "Print the plan (text or JSON) on standard output; compute and write nothing"},
        {0},
    },
};
#undef FIELD

const struct option_table listing_table = {
    "Output",
    (const struct option[]){
        {"json", 0, false, NULL, option_switch, offsetof(struct listing_options, json), "As JSON"},
        {0},
    },
};

const char *output_format(const struct output_options *options)
{
    static const char *const endings[] = {"json", "csv", "tsv", "npy"};
    if (options->format)
        return options->format;
    const char *dot = options->path ? strrchr(options->path, '.') : NULL;
    for (size_t i = 0; dot && i < sizeof endings / sizeof endings[0]; i++)
        if (strcmp(dot + 1, endings[i]) == 0)
            return endings[i];
    return "text";
}
