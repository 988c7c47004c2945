// What `pier completion SHELL` prints. The shims hand typed words to `pier __complete` as arguments and never evaluate
// them, need no bash-completion, and may be sourced twice. Where no pier is on PATH they ask
// the program that is being typed, such as ./pier. The protocol is described in complete.ts.

const bash = String.raw`# pier: completion for bash. In ~/.bashrc or for this shell: . <(pier completion bash)
_pier() {
  local line kind= program=pier
  COMPREPLY=()
  type -P pier >/dev/null || program=\${COMP_WORDS[0]/#\~/$HOME}
  while IFS= read -r line; do
    case $line in
      :*) kind=$line ;;
      *) COMPREPLY+=("$(printf %q "\${line%%$'\t'*}")") ;;
    esac
  done < <(command "$program" __complete -- "\${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)
  # compopt is not in the bash 3.2 of macOS
  case $kind in
    :file | :command) compopt -o default 2>/dev/null ;;
    :directory) compopt -o dirnames 2>/dev/null ;;
  esac
}
complete -F _pier pier
`;

const zsh = String.raw`#compdef pier
# pier: completion for zsh. For this shell: . <(pier completion zsh); for good: save it as _pier in a directory of $fpath
_pier() {
  local line kind= program=pier
  local -a values
  (( $+commands[pier] )) || program=\${\${(Q)words[1]}/#\~/$HOME}
  while IFS= read -r line; do
    case $line in
      :*) kind=$line ;;
      *) values+=("\${\${line%%$'\t'*}//:/\\:}:\${line#*$'\t'}") ;;
    esac
  done < <(command "$program" __complete -- "\${(@Q)words[2,CURRENT]}" 2>/dev/null)
  case $kind in
    :file) _files ;;
    :command) _command_names -e ;;
    :directory) _files -/ ;;
    *) _describe pier values ;;
  esac
}
if [[ $funcstack[1] == _pier ]]; then
  _pier "$@"
else
  (( $+functions[compdef] )) || { autoload -Uz compinit && compinit -i }
  compdef _pier pier
fi
`;

const fish = String.raw`# pier: completion for fish. For this shell: pier completion fish | source
# for good: save it as ~/.config/fish/completions/pier.fish
function __pier_complete
    set -l typed (commandline -opc) (commandline -ct)
    set -l program pier
    command -q pier; or set program (string replace -r '^~' $HOME -- $typed[1])
    command -q $program; or return
    set -l lines (command $program __complete -- $typed[2..-1] 2>/dev/null)
    switch "$lines[1]"
        case ':file'
            __fish_complete_path (commandline -ct)
        case ':command'
            __fish_complete_command
        case ':directory'
            __fish_complete_directories (commandline -ct)
        case '*'
            string join \n -- $lines
    end
end
complete -c pier -e
complete -c pier -f -a '(__pier_complete)'
`;

const literal = (text: string) => text.replaceAll('\\${', '${');

export const shims: Readonly<Record<string, string>> = { bash: literal(bash), zsh: literal(zsh), fish };
