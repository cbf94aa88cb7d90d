/// A shell that completes command lines.
public enum Shell: String, CaseIterable, Sendable {
    case bash, zsh
}

extension Command {
    /// A script by which a shell completes the program's command lines, made of the declarations.
    public func completion(for shell: Shell) -> String {
        switch shell {
        case .bash: bash
        case .zsh: zsh
        }
    }

    /// Every command with the words that select it.
    fileprivate func paths(after words: [String] = []) -> [(words: [String], command: Command)] {
        let own = words + [name]
        return [(own, self)] + commands.flatMap { $0.paths(after: own) }
    }

    fileprivate var function: String { "_" + name.replacing("-", with: "_") }
}

extension ParameterDescription {
    /// What its value may be: the words of a list such as `web, voting`, or none.
    fileprivate var choices: [String] {
        let words = (limits ?? "").split(separator: ", ").map(String.init)
        return words.count > 1 && words.allSatisfy { !$0.contains(" ") } ? words : []
    }

    fileprivate var isFile: Bool {
        let placeholder = if case .option(let placeholder) = kind { placeholder } else { name }
        return ["FILE", "PATH", "DIRECTORY", "DIR"].contains { placeholder.hasPrefix($0) }
    }

    fileprivate var takesValue: Bool {
        if case .option = kind { true } else { false }
    }
}

// MARK: bash

extension Command {
    fileprivate var bash: String {
        let all = paths()
        let selections = all.dropFirst().map { words, _ in
            let path = words.joined(separator: " ")
            return "            '\(path)') path='\(path)' ;;"
        }
        let values = all.flatMap { words, command in
            command.parameters.filter(\.takesValue).map { parameter in
                "        '\(words.joined(separator: " ")) \(parameter.name)') \(Self.offer(parameter)) ;;"
            }
        }
        let offers = all.map { words, command in
            let names = command.commands.map(\.name) + command.parameters.filter { $0.kind != .operand }.map(\.name)
            let operands = command.parameters.filter { $0.kind == .operand }
            let choices = operands.flatMap(\.choices)
            let files = operands.contains(where: \.isFile) ? " files=yes" : ""
            let offered = (names + choices + ["--help"]).joined(separator: " ")
            return "        '\(words.joined(separator: " "))') words='\(offered)'\(files) ;;"
        }
        return """
            # Completion of \(name) for bash, made of the program's declarations. Do not edit it.
            \(function)() {
                local word=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD - 1]} path='\(name)' index words='' files=''
                COMPREPLY=()
                # bash takes an equals sign for a word of its own.
                if [[ $word == = ]]; then
                    word=''
                elif [[ $previous == = ]]; then
                    previous=${COMP_WORDS[COMP_CWORD - 2]}
                fi
                for ((index = 1; index < COMP_CWORD; index++)); do
                    case "$path ${COMP_WORDS[index]}" in
            \(selections.isEmpty ? "            *) ;;" : selections.joined(separator: "\n"))
                    esac
                done
                case "$path $previous" in
            \(values.isEmpty ? "        *) ;;" : values.joined(separator: "\n"))
                esac
                case $path in
            \(offers.joined(separator: "\n"))
                esac
                mapfile -t COMPREPLY < <(compgen -W "$words" -- "$word")
                if [[ -n $files ]]; then
                    compopt -o filenames
                    mapfile -t -O "${#COMPREPLY[@]}" COMPREPLY < <(compgen -f -- "$word")
                fi
            }
            complete -F \(function) \(name)

            """
    }

    /// What completes the value of an option, as a bash command.
    private static func offer(_ parameter: ParameterDescription) -> String {
        if !parameter.choices.isEmpty {
            let words = parameter.choices.joined(separator: " ")
            return "mapfile -t COMPREPLY < <(compgen -W '\(words)' -- \"$word\"); return"
        }
        return parameter.isFile
            ? "compopt -o filenames; mapfile -t COMPREPLY < <(compgen -f -- \"$word\"); return" : "return"
    }
}

// MARK: zsh

extension Command {
    fileprivate var zsh: String {
        """
        #compdef \(name)
        # Completion of \(name) for zsh, made of the program's declarations. Do not edit it.
        \(zshFunctions(named: function).joined(separator: "\n\n"))

        \(function) "$@"

        """
    }

    /// A function for this command, and before it those of its commands.
    private func zshFunctions(named function: String) -> [String] {
        guard !commands.isEmpty else {
            let specifications = (parameters.map(Self.specification) + ["'--help[explain the command]'"])
                .joined(separator: " \\\n        ")
            return ["\(function)() {\n    _arguments -S : \\\n        \(specifications)\n}"]
        }
        let below = commands.flatMap { $0.zshFunctions(named: "\(function)__\($0.name.replacing("-", with: "_"))") }
        let described = commands.map { "        '\($0.name):\(Self.quoted($0.summary))'" }.joined(separator: "\n")
        let cases = commands.map { command in
            "                \(command.name)) \(function)__\(command.name.replacing("-", with: "_")); return ;;"
        }.joined(separator: "\n")
        return below + [
            """
            \(function)() {
                local -a commands
                local -i index
                for ((index = 2; index < CURRENT; index++)); do
                    local word=$words[index]
                    case $word in
            \(commands.map { "            \($0.name)) ;;" }.joined(separator: "\n"))
                        *) continue ;;
                    esac
                    # The command sees its own words only.
                    words=("${(@)words[index,-1]}")
                    ((CURRENT -= index - 1))
                    case $word in
            \(cases)
                    esac
                done
                commands=(
            \(described)
                )
                _describe -t commands command commands
            }
            """
        ]
    }

    /// A parameter for `_arguments`.
    private static func specification(_ parameter: ParameterDescription) -> String {
        let action =
            parameter.choices.isEmpty
            ? (parameter.isFile ? "_files" : " ") : "(\(parameter.choices.joined(separator: " ")))"
        let meaning = quoted(parameter.meaning).replacing("[", with: "\\[").replacing("]", with: "\\]")
        return switch parameter.kind {
        case .flag: "'\(parameter.name)[\(meaning)]'"
        case .option(let placeholder):
            "'\(parameter.isRepeated ? "*" : "")\(parameter.name)=[\(meaning)]:\(quoted(placeholder)):\(action)'"
        case .operand: "'\(parameter.isRepeated ? "*" : ""):\(quoted(parameter.name)):\(action)'"
        }
    }

    /// Text in single quotes in which a colon separates.
    private static func quoted(_ text: String) -> String {
        text.replacing("'", with: "'\\''").replacing(":", with: "\\:")
    }
}
