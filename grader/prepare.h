/* Headers compiled ahead, for languages that name one (core/language.h).
 *
 * gcc looks for HEADER.gch in each -I folder before it looks for the header:
 * so a folder that has the .gch alone is enough, and where it is not there, or
 * was made by another gcc or with other options, gcc reads the header.  Made of
 * trusted input only, outside the box, as
 *
 *   state_dir/shown/LANGUAGE/HEADER.gch     the box shows state_dir/shown
 *                                           as /assay (box -R)
 *   state_dir/shown/LANGUAGE/made-for       of which build, by which command
 *   state_dir/prepare/                      what is being made
 */
#ifndef GRADER_PREPARE_H
#define GRADER_PREPARE_H

#include "core/language.h"

#include <stddef.h>

/* Make what is missing, or was made for another build or command.  Takes
 * seconds, and about 120 MB of disk a header; what fails is logged, and costs
 * nothing but time later.  Does nothing while another process is at it. */
void prepare_languages(const struct language *l, size_t count);

#endif
