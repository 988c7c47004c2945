# What is typed: deactivate and conda are functions while an environment is active. A deactivate that was there is kept as
# text where the shell can give it, and left alone where it cannot; a conda that is a function or an alias is left alone.
_pier_functions() {
  _pier_define deactivate '_pier_deactivate "$@"' && _pier_deactivate_is=ours
  if [ -n "${BASH_VERSION-}" ]; then
    ! \declare -F conda >/dev/null || return 0
  elif [ -n "${ZSH_VERSION-}" ]; then
    ! \typeset -f conda >/dev/null || return 0
  fi
  _pier_define conda 'case ${1-} in deactivate) _pier_deactivate ;; *) \command conda "$@" ;; esac' && _pier_conda_is=ours
}

_pier_define() {
  if \alias "$1" >/dev/null 2>&1; then return 1; fi
  \unset "_pier_text_$1"
  if [ -n "${BASH_VERSION-}" ]; then
    if \declare -F "$1" >/dev/null; then \eval "_pier_text_$1=\$(\declare -f $1)"; fi
  elif [ -n "${ZSH_VERSION-}" ]; then
    if \typeset -f "$1" >/dev/null; then \eval "_pier_text_$1=\$(\typeset -f $1)"; fi
  else
    case $(\command -v "$1") in '' | /*) ;; *) return 1 ;; esac
  fi
  \eval "$1() { $2
}"
}

_pier_functions_back() {
  \local name is
  for name in deactivate conda; do
    \eval "is=\${_pier_${name}_is-}"
    [ -n "$is" ] || continue
    \unset "_pier_${name}_is"
    \unset -f "$name"
    \eval "is=\${_pier_text_$name-}"
    \unset "_pier_text_$name"
    [ -z "$is" ] || \eval "$is"
  done
}
