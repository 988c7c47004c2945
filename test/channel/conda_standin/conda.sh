# What a shell that read this can do: conda activate, conda deactivate. The root is put in when the package is installed.
export CONDA_EXE='@ROOT@/bin/conda'
export _CONDA_EXE="$CONDA_EXE"
export _CONDA_ROOT='@ROOT@'
export CONDA_PYTHON_EXE='@ROOT@/bin/python'

conda() {
  case ${1-} in
    activate | deactivate | reactivate)
      _conda_said=$("$CONDA_EXE" shell.posix "$@") || return
      eval "$_conda_said"
      unset _conda_said
      ;;
    *) "$CONDA_EXE" "$@" ;;
  esac
}

if [ -z "${CONDA_SHLVL+x}" ]; then
  export CONDA_SHLVL=0
  PATH="@ROOT@/condabin:$PATH"
  export PATH
fi
