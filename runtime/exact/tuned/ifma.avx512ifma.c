#include "../window.h"
window_table windows_ifma_avx512ifma = {{{0}}};
