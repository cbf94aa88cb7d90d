internal import Crypto
internal import FoundationEssentials

/// The static files of the web directory under an address that changes with their content.
///
/// Every file of one release is served below `/assets/<hash>/`, so that modules and style sheets find one another by
/// relative addresses and all of them may be kept by browsers for good.
public struct Assets: Sendable {
    /// A short digest of the names and contents of all files.
    public let hash: String
    /// What each module imports when it is loaded, by paths inside the web directory.
    private let graph: [String: [String]]

    /// Files with a known digest, which are not read.
    public init(hash: String) {
        self.hash = hash
        graph = [:]
    }

    /// Reads the directory once.
    ///
    /// - Throws: what the file system says when the directory or a file in it cannot be read.
    public init(webDirectory: String) throws {
        let root = URL(filePath: webDirectory, directoryHint: .isDirectory)
        var digested: [UInt8] = []
        var graph: [String: [String]] = [:]
        for path in try FileManager.default.subpathsOfDirectory(atPath: webDirectory).sorted() {
            guard !path.hasSuffix(".gz") else { continue }
            let file = root.appending(path: path).path
            var isDirectory = false
            guard FileManager.default.fileExists(atPath: file, isDirectory: &isDirectory), !isDirectory else {
                continue
            }
            let content = [UInt8](try Data(contentsOf: URL(filePath: file)))
            digested += Array(path.utf8) + SHA256.hash(content)
            if path.hasSuffix(".js") {
                graph[path] = Self.imports(in: String(decoding: content, as: UTF8.self), of: path)
            }
        }
        self.graph = graph
        hash = SHA256.hash(digested).prefix(6).map { byte in
            (byte < 16 ? "0" : "") + String(byte, radix: 16)
        }.joined()
    }

    /// The modules that `pages`, named as on a page, import, directly or not, without those themselves: the nearest first.
    func imports(of pages: [String]) -> [String] {
        let entries = pages.map { "js/\($0).js" }
        var found = entries
        var next = 0
        while next < found.count {
            for path in graph[found[next]] ?? [] where !found.contains(path) { found.append(path) }
            next += 1
        }
        return Array(found.dropFirst(entries.count))
    }

    /// What follows `from "` in the static imports of a module; all of them are relative.
    private static func imports(in text: String, of path: String) -> [String] {
        text.split(separator: "\n").compactMap { line in
            guard line.hasPrefix("import ") || line.hasPrefix("} from "), let start = line.firstRange(of: " from \"")
            else {
                return nil
            }
            var folders = path.split(separator: "/").dropLast().map(String.init)
            for part in line[start.upperBound...].prefix(while: { $0 != "\"" }).split(separator: "/") {
                switch part {
                case ".": continue
                case "..": _ = folders.popLast()
                default: folders.append(String(part))
                }
            }
            return folders.joined(separator: "/")
        }
    }

    /// The address of a file, given its path inside the web directory.
    public func url(_ path: String) -> String {
        "/assets/\(hash)/\(path)"
    }
}
