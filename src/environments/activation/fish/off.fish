# Whether another program has changed environments since: then PATH and what says which is active are its.
function _pier_is_taken
    if test $_PIER_KIND = conda
        test "$CONDA_PREFIX" != $_PIER_PREFIX
    else
        test "$VIRTUAL_ENV" != $_PIER_PREFIX
    end
end

# Takes off what is active, and leaves what was below it, of other programs, active.
function _pier_off
    set -l taken
    set -l kind $_PIER_KIND
    _pier_functions_back
    _pier_is_taken; and set taken 1
    if not set -q taken[1]
        _pier_path_back
        test $kind = conda; and _pier_scripts $_PIER_PREFIX/etc/conda/deactivate.d down
    end
    for name in (_pier_names)
        test $name = PATH; or string match -qr '^1(CONDA_|VIRTUAL_ENV|__CONDA_)' -- $taken$name; or _pier_restore $name
        set -eg _PIER_WAS_$name
        set -eg _pier_was_$name
    end
    _pier_modules_off
    for name in PREFIX KIND FILE PROMPT NAMES PLAIN PATH_NOW REPLACED MODULES MODULES_GONE MODULES_JOB STACK STACK_CONDA
        set -eg _PIER_$name
    end
    if not set -q taken[1]; and test $kind = conda -a -n "$CONDA_PREFIX" -a "$CONDA_SHLVL" != 0
        _pier_scripts $CONDA_PREFIX/etc/conda/activate.d up
    end
    return 0
end

function _pier_deactivate
    if set -q _PIER_PREFIX
        set -g _pier_below "$_PIER_STACK"
        set -l conda (string split -n : -- "$_PIER_STACK_CONDA")
        _pier_is_taken; and set -g _pier_below ''
        _pier_off
        while not set -q _PIER_PREFIX; and test -n "$_pier_below"
            set -l under (_pier_under)
            set -l file (string replace -r '^[a-z]*=(.*)\.[a-z]*$' '$1.fish' -- $under[1])
            string match -q 'conda=*' -- $under[1]; and set -e conda[1]
            set -e under[1]
            set -g _pier_below_conda (string join : -- $conda '')
            set -g _pier_below (string join : -- $under)
            set -g _pier_quiet 1
            test -r $file; and source $file
            set -eg _pier_quiet
        end
    end
    set -eg _pier_below
    set -eg _pier_below_conda
    _pier_forget
end

function _pier_forget
    set -q _PIER_PREFIX; and return 0
    functions -e @FUNCTIONS@
end
