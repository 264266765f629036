/* Everything public. */
#ifndef SHEAF_SHEAF_H
#define SHEAF_SHEAF_H
#include <sheaf/base.h>
#include <sheaf/decimal.h>
#include <sheaf/exact.h>
#include <sheaf/job.h>
#include <sheaf/kernel.h>
#include <sheaf/result.h>
#include <sheaf/selftest.h>
#include <sheaf/source.h>
#include <sheaf/topo.h>
#endif
