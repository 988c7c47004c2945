# _pier_activate KIND PREFIX NAME PROMPT FILE MODULES [VARIABLE=VALUE...]
_pier_activate() {
  if [ -n "${ZSH_VERSION-}" ] && [ -z "${BASH_VERSION-}" ]; then \emulate -L sh; fi
  # Before anything is made: what dash makes under -a stays exported.
  \set -- "$-" "$@"
  \set +aefu
  \local flags="$1" _pier_under="${_pier_under-}" _pier_under_conda="${_pier_under_conda-}"
  \local _pier_list='' _pier_file='' _pier_exports='' _pier_line='
'
  \shift
  if [ ! -d "$2" ]; then
    _pier_say "there is no environment at $2 any more; if it was moved, once: pier env activate NEW/PATH"
    _pier_flags "$flags"
    return 1
  fi
  if ! _pier_can_set "$@"; then
    _pier_flags "$flags"
    return 1
  fi
  if [ -n "${_PIER_PREFIX-}" ]; then
    _pier_under=${_PIER_STACK-}
    _pier_under_conda=${_PIER_STACK_CONDA-}
    if _pier_is_taken; then
      _pier_under=
      _pier_under_conda=
    elif [ "$_PIER_PREFIX" != "$2" ]; then
      _pier_under=$_PIER_KIND=$_PIER_FILE${_pier_under:+:$_pier_under}
      [ "$_PIER_KIND" != conda ] || _pier_under_conda=$_PIER_PREFIX:$_pier_under_conda
    fi
    _pier_off
    _pier_exports=
  fi
  if [ -n "${_pier_kernel-}" ]; then _pier_server_modules "$6"; fi
  [ -z "$6" ] || _pier_modules "$6" "$3"
  _pier_on "$@"
  _pier_flags "$flags"
}

_pier_flags() {
  [ -z "${ZSH_VERSION-}" ] || [ -n "${BASH_VERSION-}" ] || return 0
  \local flag
  for flag in a e f u; do
    case $1 in *"$flag"*) \set "-$flag" ;; *) \set "+$flag" ;; esac
  done
}

_pier_on() {
  \local kind="$1" prefix="$2" name="$3" label="$4" file="$5" was
  \shift 6
  \unset _PIER_NAMES _PIER_PLAIN
  _pier_cut "$name"
  for was do
    _pier_recorded "${was%%=*}" "${was#*=}"
  done
  \export _PIER_PREFIX="$prefix" _PIER_KIND="$kind" _PIER_FILE="$file" _PIER_PROMPT="$label"
  if [ -n "$_pier_under" ]; then \export _PIER_STACK="$_pier_under" _PIER_STACK_CONDA="$_pier_under_conda"; fi
  if [ "$kind" = conda ]; then _pier_on_conda; else _pier_on_venv; fi
  _pier_functions
}

# A search path goes in front of what is there; any other value replaces it.
_pier_recorded() {
  \local now
  \eval "now=\${$1-}"
  case $1 in
    *PATH)
      _pier_put "$1" "$2${now:+:$now}"
      \export "_PIER_NOW_$1=$2${now:+:$now}"
      ;;
    *) _pier_put "$1" "$2" ;;
  esac
}

# Its bin first, in place of the one that was active.
_pier_path() {
  \local old now="${PATH-/usr/bin:/bin}"
  \export _PIER_REPLACED=
  for old do
    if [ -n "$old" ] && _pier_swap "$now" "$old/bin"; then
      now=$_pier_list
      _PIER_REPLACED=$_PIER_REPLACED${_PIER_REPLACED:+:}$old/bin
    fi
  done
  _pier_put PATH "$prefix/bin:$now"
  \export _PIER_PATH_NOW="$PATH"
}

# What was added to PATH meanwhile, in front or behind, stays.
_pier_path_back() {
  if _pier_swap "$PATH" "$_PIER_PATH_NOW" "$_PIER_WAS_PATH"; then
    PATH=$_pier_list
  elif _pier_swap "$PATH" "$_PIER_PREFIX/bin" "$_PIER_REPLACED"; then
    PATH=$_pier_list
  fi
}

_pier_on_venv() {
  _pier_path "${VIRTUAL_ENV-}"
  _pier_prompt "$label" ''
  _pier_put VIRTUAL_ENV "$prefix"
  _pier_put VIRTUAL_ENV_PROMPT "$label"
}

# As conda itself: scripts of the environment before, PATH, prompt, variables, scripts.
_pier_on_conda() {
  \local level="${CONDA_SHLVL:-0}" below="$_pier_under_conda" list='' foreign="${CONDA_PREFIX-}"
  case $level in *[!0-9]*) level=0 ;; esac
  [ "$level" -gt 0 ] || foreign=
  if [ -n "$foreign" ]; then
    _pier_scripts "$foreign/etc/conda/deactivate.d" down
    _pier_var() { _pier_drop "$1"; }
    _pier_state "$foreign"
  fi
  _pier_path "${VIRTUAL_ENV-}" "$foreign"
  _pier_prompt "$label" "${foreign:+${CONDA_PROMPT_MODIFIER-}}"
  _pier_drop VIRTUAL_ENV
  _pier_drop VIRTUAL_ENV_PROMPT
  while [ -n "$below" ]; do
    list=${below%%:*}:$list
    below=${below#*:}
  done
  if [ -n "$foreign" ]; then _pier_put "CONDA_PREFIX_$level" "$foreign"; fi
  while [ -n "$list" ]; do
    level=$((level + 1))
    _pier_put "CONDA_PREFIX_$level" "${list%%:*}"
    list=${list#*:}
  done
  _pier_put CONDA_PREFIX "$prefix"
  _pier_put CONDA_SHLVL "$((level + 1))"
  _pier_put CONDA_DEFAULT_ENV "$name"
  _pier_put CONDA_PROMPT_MODIFIER "($label) "
  _pier_var() {
    if \eval "[ -n \"\${_PIER_WAS_$1+x}\" ]"; then
      \eval "_pier_put \"__CONDA_SHLVL_${level}_$1\" \"\$_PIER_WAS_$1\""
    elif \eval "[ -n \"\${$1+x}\" ]"; then
      \eval "_pier_put \"__CONDA_SHLVL_${level}_$1\" \"\$$1\""
    fi
    _pier_put "$1" "$2"
  }
  _pier_state "$prefix"
  \unset -f _pier_var
  _pier_scripts "$prefix/etc/conda/activate.d" up
}
