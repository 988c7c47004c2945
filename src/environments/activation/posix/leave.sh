# source deactivate
if \command -v _pier_deactivate >/dev/null 2>&1; then
  _pier_deactivate
elif [ -n "${_PIER_FILE-}" ] && [ -f "${_PIER_FILE%.*}.sh" ]; then
  _pier_mode=off
  \. "${_PIER_FILE%.*}.sh"
elif [ -n "${CONDA_PREFIX-}" ] && \command -v conda >/dev/null 2>&1; then
  conda deactivate
else
  printf 'pier: no environment is active\n' >&2
fi
