/* sheaf topo: the machine, and the places that a plan would use. */
#include <stdio.h>
#include <string.h>

#include <sheaf/topo.h>

#include "command.h"
#include "execution_options.h"
#include "json.h"
#include "message.h"
#include "output_options.h"

struct topo_own {
    unsigned workers; /* 0: as many as run would take */
    const char *pin, *machine, *allowed;
};
struct topo_options {
    struct common common;
    struct topo_own own;
    struct listing_options listing;
};

#define FIELD(name) offsetof(struct topo_own, name)
static const struct option_table topo_table = {
    "Places",
    (const struct option[]){
        {"workers", 'j', false, "N", option_workers, FIELD(workers), "Workers to place (as many as run would take)"},
        {"pin", 0, false, "POLICY", option_pin, FIELD(pin),
         "none, compact, core, scatter, numa, or processors such as 0,2,4-7 (as run would choose)"},
        {"machine", 0, true, "DESCRIPTION", option_text, FIELD(machine),
         "Another machine than this one, such as \"package:2 numa:4 core:8 pu:2\""},
        {"allowed", 0, true, "CPUS", option_text, FIELD(allowed),
         "Processors to use, such as 0-3,8 (what this process may use)"},
        {0},
    },
};
#undef FIELD

/* A machine and who would sit where on it. */
struct layout {
    struct sheaf_topology topology;
    struct sheaf_cpuset allowed;
    const char *policy;
    unsigned workers;
    struct sheaf_cpuset *places;
};

static enum sheaf_status allowed_set(const struct topo_own *own, struct layout *layout, struct sheaf_error *err)
{
    if (own->allowed)
        return sheaf_cpuset_parse(&layout->allowed, own->allowed, err);
    if (!own->machine)
        return sheaf_allowed(&layout->allowed, err);
    for (unsigned i = 0; i < layout->topology.count; i++)
        sheaf_cpuset_add(&layout->allowed, layout->topology.processors[i].cpu);
    return SHEAF_OK;
}

static enum sheaf_status layout_init(struct layout *layout, const struct topo_own *own, struct sheaf_error *err)
{
    memset(layout, 0, sizeof *layout);
    layout->workers = own->workers;
    enum sheaf_status status = own->machine ? sheaf_topology_synthetic(&layout->topology, own->machine, err)
                                            : sheaf_topology_load(&layout->topology, err);
    if (status == SHEAF_OK)
        status = allowed_set(own, layout, err);
    if (status != SHEAF_OK)
        return status;
    if (!layout->workers)
        layout->workers = own->machine || own->allowed ? sheaf_cpuset_count(&layout->allowed) : sheaf_default_workers();
    layout->policy = own->pin ? own->pin
                              : sheaf_default_pin(&layout->topology, &layout->allowed, layout->workers, false);
    layout->places = keep_bytes((size_t)layout->workers * sizeof *layout->places);
    return sheaf_place(&layout->topology, &layout->allowed, layout->policy, layout->workers, layout->places, err);
}

/* ---- text ------------------------------------------------------------------------------------------------------- */

static enum sheaf_status print_text(FILE *out, const struct layout *layout, struct sheaf_error *err)
{
    struct sheaf_buffer drawing = {0};
    if (sheaf_topology_draw(&layout->topology, &layout->allowed, layout->places, layout->workers, &drawing) != SHEAF_OK)
        return sheaf_fail(err, SHEAF_MEMORY, "out of memory");
    fwrite(drawing.data, 1, drawing.size, out);
    sheaf_buffer_cleanup(&drawing);
    fprintf(out, "places: %u worker%s, pin %s\n", layout->workers, layout->workers == 1 ? "" : "s", layout->policy);
    return SHEAF_OK;
}

/* ---- JSON ------------------------------------------------------------------------------------------------------- */

static void print_json(FILE *out, const struct layout *layout)
{
    char text[512];
    struct json json;
    json_begin(&json, out);
    json_object(&json, NULL, JSON_LINES);
    json_text(&json, "source", layout->topology.source);
    json_array(&json, "processors", JSON_LINES);
    for (unsigned i = 0; i < layout->topology.count; i++) {
        const struct sheaf_processor *p = &layout->topology.processors[i];
        json_object(&json, NULL, JSON_INLINE);
        json_uint(&json, "cpu", p->cpu);
        json_uint(&json, "core", p->core);
        json_uint(&json, "cache", p->cache);
        json_uint(&json, "numa", p->numa);
        json_uint(&json, "package", p->package);
        json_bool(&json, "allowed", sheaf_cpuset_has(&layout->allowed, p->cpu));
        json_close(&json);
    }
    json_close(&json);
    json_text(&json, "allowed", sheaf_cpuset_text(&layout->allowed, text, sizeof text));
    json_text(&json, "pin", layout->policy);
    json_array(&json, "places", JSON_INLINE);
    for (unsigned w = 0; w < layout->workers; w++)
        json_text(&json, NULL, sheaf_cpuset_text(&layout->places[w], text, sizeof text));
    json_close(&json);
    json_close(&json);
    json_end(&json);
}

/* ---- the command -------------------------------------------------------------------------------------------------- */

static int run_topo(const struct invocation *in)
{
    const struct topo_options *options = in->options;
    struct layout layout;
    struct sheaf_error err;
    if (in->operands.count) {
        sheaf_fail(&err, SHEAF_USAGE, "topo takes no operand, but there is \"%s\"", in->operands.items[0]);
        return complain(&err);
    }
    enum sheaf_status status = layout_init(&layout, &options->own, &err);
    if (status == SHEAF_OK && options->listing.json)
        print_json(stdout, &layout);
    else if (status == SHEAF_OK)
        status = print_text(stdout, &layout, &err);
    sheaf_topology_cleanup(&layout.topology);
    return status == SHEAF_OK ? EXIT_DONE : complain(&err);
}

const struct command command_topo = {
    .name = "topo",
    .operands = "",
    .summary = "Draw the machine and who would sit where on it",
    .description = "Draws the packages, NUMA nodes, last-level caches, cores and processors of this machine, what this "
                   "process may use of them, and the places that a run with the same -j and --pin would take.",
    .examples = "sheaf topo\nsheaf topo -j4 --pin scatter\n"
                "sheaf topo --machine \"package:2 numa:2 core:4 pu:2\" -j8 --pin core\n",
    .sections =
        (const struct option_section[]){
            {&topo_table, NULL, offsetof(struct topo_options, own)},
            {&listing_table, NULL, offsetof(struct topo_options, listing)},
            {&common_table, NULL, offsetof(struct topo_options, common)},
            {0},
        },
    .options_size = sizeof(struct topo_options),
    .run = run_topo,
};
