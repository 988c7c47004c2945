# Whether there is `module` here. A shell that is no login shell, as a kernel's, may lack it although whoever started it
# has it: then the files that Lmod and Environment Modules themselves name define it. A person's shell gets nothing defined.
_pier_has_module() {
  \command -v module >/dev/null 2>&1 && return 0
  case $- in *i*) return 1 ;; esac
  \local file kind=sh
  [ -z "${BASH_VERSION-}" ] || kind=bash
  for file in "${LMOD_PKG-}/init/$kind" "${MODULESHOME-}/init/$kind" \
    /etc/profile.d/lmod.sh /etc/profile.d/z00_lmod.sh /etc/profile.d/modules.sh; do
    [ -r "$file" ] || continue
    \. "$file" >/dev/null 2>&1 || :
    if \command -v module >/dev/null 2>&1; then return 0; fi
  done
  return 1
}
