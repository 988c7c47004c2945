#!/bin/sh
# source deactivate, the way of old: of no use as a program.
. '@ROOT@/etc/profile.d/conda.sh'
conda deactivate
