/* The pins of layout.h, for a C compiler. */
#include "layout.h"
