/* The sheaf program: finds the command, reads its options, calls it. */
#include <fcntl.h>
#include <fenv.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "command.h"
#include "ending.h"
#include "help.h"
#include "launch.h"
#include "message.h"
#include "output_file.h"
#include "preinit.h"
#include "terminal.h"
#include "version.h"

static void apply_common(const struct common *common)
{
    message_level(common->quiet, common->verbose);
    terminal_set_color(common->color);
}

/* Options read, command called; the world, if any, is open. */
static int call(const struct command *command, const struct common *common, struct sheaf_world *world,
                const char *const *argv, size_t argc)
{
    struct common *options = keep_bytes(command->options_size);
    struct invocation in = {.command = command, .options = options, .world = world, .argv = argv, .argc = argc};
    struct option_target *targets;
    size_t count;
    struct sheaf_error err;
    *options = *common;
    if (command_targets(command, options, argv, argc, &targets, &count, &err) != SHEAF_OK ||
        options_parse(targets, count, argv, argc, command->rule, &in.operands, &err) != SHEAF_OK)
        return complain(&err);
    apply_common(options);
    if (options->help) {
        help_command(stdout, command, targets, count);
        return EXIT_DONE;
    }
    if (options->version) {
        version_print(stdout, options->verbose);
        return EXIT_DONE;
    }
    return command->run(&in);
}

/* Every rank but 0 lends its hands and is silent. */
static int call_in_world(const struct command *command, const struct common *common, bool solo,
                         const char *const *argv, size_t argc)
{
    struct sheaf_world *world = NULL;
    struct sheaf_error err;
    int code;
    if (!command->judges_host)
        fesetenv(FE_DFL_ENV); /* a preloaded library may have left another */
    if (command->computes &&
        (sheaf_guard_mappings(&err) != SHEAF_OK || launch_join(&world, solo, &err) != SHEAF_OK))
        return complain(&err);
    if (world && sheaf_world_rank(world) == 0 && launch_is_silent(solo)) {
        message_mute(false);
        sheaf_fail(&err, SHEAF_USAGE, "the environment says that this is not the first rank of its launch, but MPI knows "
                                      "of no other: launch with the mpirun of the MPI that sheaf was built with, or unset "
                                      "what an earlier launch left behind (OMPI_COMM_WORLD_*, PMI_*), or say --solo");
        code = complain(&err);
    } else if (world && sheaf_world_rank(world) != 0)
        code = exit_code(sheaf_world_follow(world, &err));
    else
        code = call(command, common, world, argv, argc);
    sheaf_world_close(world);
    return code;
}

/* Options before the command: the common ones. */
static int program(const char *const *argv, size_t argc, bool solo)
{
    struct common common = {0};
    struct option_target target = {&common_table, &common};
    struct text_list words = {0};
    struct sheaf_error err;
    if (options_parse(&target, 1, argv, argc, OPERANDS_END_OPTIONS, &words, &err) != SHEAF_OK)
        return complain(&err);
    apply_common(&common);
    if (common.help)
        help_program(stdout);
    else if (common.version)
        version_print(stdout, common.verbose);
    else if (words.count == 0)
        help_short(stderr);
    if (common.help || common.version || words.count == 0)
        return common.help || common.version ? EXIT_DONE : EXIT_USAGE;
    const struct command *command;
    if (command_find(words.items[0], &command, &err) != SHEAF_OK)
        return complain(&err);
    return call_in_world(command, &common, solo, argv + (argc - words.count) + 1, words.count - 1);
}

/* A standard stream that the caller closed must not become some file that we open. Taken the wrong way round, so that
 * using it is still an error. */
static void hold_standard_streams(void)
{
    for (int fd = 0; fd <= 2; fd++)
        if (fcntl(fd, F_GETFD) < 0 && open("/dev/null", fd == 0 ? O_WRONLY : O_RDONLY) < 0)
            return;
}

int main(int argc, char **argv)
{
    const char *const *words = (const char *const *)argv + 1;
    size_t count = argc > 0 ? (size_t)argc - 1 : 0;
    preinit_restore();
    hold_standard_streams();
    bool solo = launch_is_solo(words, count);
    signal(SIGPIPE, SIG_DFL); /* a closed pipe ends us silently, whatever the caller ignores */
    signal(SIGXFSZ, SIG_IGN); /* a file beyond ulimit -f is an error of write, which names it */
    ending_watch();
    if (launch_is_silent(solo)) {
        message_mute(true);
        if (!freopen("/dev/null", "w", stdout))
            fclose(stdout);
    }
    int code = output_close_stdout(program(words, count, solo));
    ending_is_ours();
    return code;
}
