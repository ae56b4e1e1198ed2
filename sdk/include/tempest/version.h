/* The version of Tempest: the one place where it stands. */
#ifndef TEMPEST_VERSION_H
#define TEMPEST_VERSION_H

#define TEMPEST_VERSION "0.1.0"

#endif
