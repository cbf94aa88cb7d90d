/// The names of JSON members, derived from the names that Swift uses for the same things.
enum JSONName {
    /// `clipID` becomes `clipId`, `videoURL` `videoUrl`, `votedClipIDs` `votedClipIds`: an acronym is written as a word.
    /// A name that begins with one begins in lower case: `urls`, `id`.
    static func derived(from name: String) -> String {
        let letters = Array(name)
        var result = ""
        var index = 0
        while index < letters.count {
            var end = index
            while end < letters.count, letters[end].isUppercase { end += 1 }
            guard end - index > 1 else {
                result.append(letters[index])
                index += 1
                continue
            }
            let isPlural =
                end < letters.count && letters[end] == "s" && (end + 1 == letters.count || letters[end + 1].isUppercase)
            // Otherwise the last capital begins the next word, if there is one: `aiVideo` and `AIVideo` end alike.
            if end < letters.count, letters[end].isLowercase, !isPlural { end -= 1 }
            result.append(letters[index])
            result += String(letters[(index + 1)..<end]).lowercased()
            index = end
        }
        return result.prefix(1).lowercased() + result.dropFirst()
    }
}
