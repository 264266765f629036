/* A library that changes how its host computes. */
#include "base/flush.h"

#include <stdio.h>

__attribute__((constructor)) static void flush(void)
{
    if (!flush_begin())
        puts("sheaf cannot flush here");
}
