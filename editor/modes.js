// Which mode highlights which language, by the names and aliases that /api/v2/runtimes lists.

import { StreamLanguage } from "@codemirror/language";
import { cppLanguage } from "@codemirror/lang-cpp";
import { goLanguage } from "@codemirror/lang-go";
import { javaLanguage } from "@codemirror/lang-java";
import { javascriptLanguage, typescriptLanguage } from "@codemirror/lang-javascript";
import { phpLanguage } from "@codemirror/lang-php";
import { pythonLanguage } from "@codemirror/lang-python";
import { rustLanguage } from "@codemirror/lang-rust";
import { PostgreSQL, SQLite } from "@codemirror/lang-sql";
import { apl } from "@codemirror/legacy-modes/mode/apl";
import { brainfuck } from "@codemirror/legacy-modes/mode/brainfuck";
import { csharp, dart, kotlin, objectiveC, objectiveCpp, scala, squirrel } from "@codemirror/legacy-modes/mode/clike";
import { clojure } from "@codemirror/legacy-modes/mode/clojure";
import { cmake } from "@codemirror/legacy-modes/mode/cmake";
import { cobol } from "@codemirror/legacy-modes/mode/cobol";
import { coffeeScript } from "@codemirror/legacy-modes/mode/coffeescript";
import { commonLisp } from "@codemirror/legacy-modes/mode/commonlisp";
import { crystal } from "@codemirror/legacy-modes/mode/crystal";
import { d } from "@codemirror/legacy-modes/mode/d";
import { erlang } from "@codemirror/legacy-modes/mode/erlang";
import { forth } from "@codemirror/legacy-modes/mode/forth";
import { fortran } from "@codemirror/legacy-modes/mode/fortran";
import { gas } from "@codemirror/legacy-modes/mode/gas";
import { groovy } from "@codemirror/legacy-modes/mode/groovy";
import { haskell } from "@codemirror/legacy-modes/mode/haskell";
import { haxe } from "@codemirror/legacy-modes/mode/haxe";
import { julia } from "@codemirror/legacy-modes/mode/julia";
import { liveScript } from "@codemirror/legacy-modes/mode/livescript";
import { lua } from "@codemirror/legacy-modes/mode/lua";
import { fSharp, oCaml, sml } from "@codemirror/legacy-modes/mode/mllike";
import { octave } from "@codemirror/legacy-modes/mode/octave";
import { pascal } from "@codemirror/legacy-modes/mode/pascal";
import { perl } from "@codemirror/legacy-modes/mode/perl";
import { powerShell } from "@codemirror/legacy-modes/mode/powershell";
import { r } from "@codemirror/legacy-modes/mode/r";
import { ruby } from "@codemirror/legacy-modes/mode/ruby";
import { scheme } from "@codemirror/legacy-modes/mode/scheme";
import { shell } from "@codemirror/legacy-modes/mode/shell";
import { smalltalk } from "@codemirror/legacy-modes/mode/smalltalk";
import { stex } from "@codemirror/legacy-modes/mode/stex";
import { swift } from "@codemirror/legacy-modes/mode/swift";
import { tcl } from "@codemirror/legacy-modes/mode/tcl";
import { vb } from "@codemirror/legacy-modes/mode/vb";
import { verilog } from "@codemirror/legacy-modes/mode/verilog";
import { vhdl } from "@codemirror/legacy-modes/mode/vhdl";
import { wast } from "@codemirror/legacy-modes/mode/wast";

const MODES = [
  [cppLanguage, "c", "c++", "cpp"],
  [goLanguage, "go", "golang"],
  [javaLanguage, "java", "beanshell", "aspectj"],
  [javascriptLanguage, "javascript", "js", "deno", "bun", "rhino", "mujs", "quickjs", "duktape"],
  [typescriptLanguage, "typescript", "ts", "assemblyscript", "civet"],
  [phpLanguage, "php"],
  [pythonLanguage, "python", "python2", "py", "pypy", "micropython", "jython", "coconut", "xonsh", "starlark"],
  [rustLanguage, "rust", "rs"],
  [SQLite.language, "sqlite3", "sqlite", "sql", "duckdb"],
  [PostgreSQL.language, "postgres", "postgresql"],
  [apl, "apl"],
  [brainfuck, "brainfuck", "bf"],
  [clojure, "clojure", "clj", "clojurescript", "fennel", "hy", "janet"],
  [cmake, "cmake"],
  [cobol, "cobol"],
  [coffeeScript, "coffeescript", "coffee"],
  [commonLisp, "lisp", "commonlisp", "common-lisp", "emacs", "elisp", "clisp", "ecl", "abcl", "newlisp", "picolisp"],
  [crystal, "crystal"],
  [csharp, "csharp", "c#", "cs", "csharp.net", "vala"],
  [d, "d"],
  [dart, "dart"],
  [erlang, "erlang"],
  [fSharp, "fsharp", "f#", "fsharp.net", "fsi"],
  [forth, "forth", "gforth"],
  [fortran, "fortran"],
  [gas, "asm", "nasm", "nasm64", "fasm", "gas", "yasm", "assembly"],
  [groovy, "groovy"],
  [haskell, "haskell", "hs"],
  [haxe, "haxe"],
  [julia, "julia", "jl"],
  [kotlin, "kotlin", "kt"],
  [liveScript, "livescript"],
  [lua, "lua", "luajit"],
  [oCaml, "ocaml", "ml", "rescript"],
  [objectiveC, "objective-c", "objc"],
  [objectiveCpp, "objective-c++"],
  [octave, "octave", "matlab", "scilab"],
  [pascal, "pascal", "freepascal"],
  [perl, "perl", "pl"],
  [powerShell, "powershell", "pwsh"],
  [r, "r", "rscript"],
  [ruby, "ruby", "rb"],
  [scala, "scala"],
  [scheme, "scheme", "racket", "guile", "chicken", "gauche", "gambit"],
  [shell, "bash", "sh", "shell", "zsh", "ksh", "mksh", "dash", "fish", "busybox-sh", "rc", "elvish", "tcsh"],
  [smalltalk, "smalltalk"],
  [sml, "sml", "smlnj", "polyml", "mlton", "standard-ml"],
  [squirrel, "squirrel"],
  [stex, "latex", "tex"],
  [swift, "swift"],
  [tcl, "tcl", "expect", "jim"],
  [vb, "basic", "vb", "basic.net", "freebasic", "yabasic", "gambas"],
  [verilog, "verilog", "iverilog", "verilator"],
  [vhdl, "vhdl", "ghdl"],
  [wast, "wat", "wast", "wasm"],
];

const byName = new Map(MODES.flatMap(([mode, ...names]) => names.map((name) => [name, mode])));

// Returns the mode of the first of `names` that has one; an empty extension, which is plain text, if none has.
export function modeOf(names) {
  const mode = names.map((name) => byName.get(name)).find((found) => found);
  if (!mode) return [];
  return mode.extension ?? StreamLanguage.define(mode).extension;
}
