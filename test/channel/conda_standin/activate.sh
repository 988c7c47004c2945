#!/bin/sh
# source activate NAME, the way of old: of no use as a program.
. '@ROOT@/etc/profile.d/conda.sh'
conda activate "$@"
