# Whether there is `module` here. A shell that is no login shell, as a kernel's or one within another, may lack it although
# whoever started it has it: then the files that Lmod and Environment Modules themselves name define it.
_pier_has_module() {
  \command -v module >/dev/null 2>&1 && return 0
  \local file kind=sh
  if [ -n "${BASH_VERSION-}" ]; then kind=bash; elif [ -n "${ZSH_VERSION-}" ]; then kind=zsh; fi
  for file in "${LMOD_PKG-}/init/$kind" "${MODULESHOME-}/init/$kind" \
    /etc/profile.d/lmod.sh /etc/profile.d/z00_lmod.sh /etc/profile.d/modules.sh; do
    [ -r "$file" ] || continue
    \. "$file" >/dev/null 2>&1 || :
    if \command -v module >/dev/null 2>&1; then return 0; fi
  done
  return 1
}
