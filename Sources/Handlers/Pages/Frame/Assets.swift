internal import Crypto
internal import FoundationEssentials

/// The static files of the web directory under an address that changes with their content.
///
/// Every file of one release is served below `/assets/<hash>/`, so that scripts and style sheets find one another by
/// relative addresses and all of them may be kept by browsers for good.
public struct Assets: Sendable {
    /// A short digest of the names and contents of all files.
    public let hash: String

    /// Files with a known digest, which are not read.
    public init(hash: String) {
        self.hash = hash
    }

    /// Reads the directory once.
    ///
    /// - Throws: what the file system says when the directory or a file in it cannot be read.
    public init(webDirectory: String) throws {
        // A developer's directory is a link to the sources.
        let root = URL(filePath: webDirectory, directoryHint: .isDirectory).resolvingSymlinksInPath()
        var digested: [UInt8] = []
        for path in try FileManager.default.subpathsOfDirectory(atPath: root.path).sorted() {
            // Both kinds follow from the files beside them.
            guard !path.hasSuffix(".gz"), !path.hasSuffix(".map") else { continue }
            let file = root.appending(path: path).path
            var isDirectory = false
            guard FileManager.default.fileExists(atPath: file, isDirectory: &isDirectory), !isDirectory else {
                continue
            }
            digested += Array(path.utf8) + SHA256.hash([UInt8](try Data(contentsOf: URL(filePath: file))))
        }
        hash = SHA256.hash(digested).prefix(6).map { byte in
            (byte < 16 ? "0" : "") + String(byte, radix: 16)
        }.joined()
    }

    /// The address of a file, given its path inside the web directory.
    public func url(_ path: String) -> String {
        "/assets/\(hash)/\(path)"
    }
}
