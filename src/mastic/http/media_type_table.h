// The media types of file name endings: data, to be read and extended.
//
// Types are spelt as IANA registers them (https://www.iana.org/assignments/media-types), or as
// browsers and other servers know them where IANA has none. Files that people read and browsers
// have no special use for, such as source text and settings, are plain text: browsers show them
// rather than download them, and never take them for a page, because they do not look for HTML in
// text/plain with a charset. Programs (.exe) and unknown endings stay octet streams, which browsers
// download.

#pragma once

#include <string_view>

namespace mastic::http {

/// A line of the table.
struct MediaTypeLine {
  std::string_view type;
  std::string_view endings;  ///< endings without their dots, in lower case, separated by spaces
};

inline constexpr std::string_view kPlainText = "text/plain; charset=utf-8";

// clang-format off
inline constexpr MediaTypeLine kMediaTypes[] = {
    // Pages, styles, scripts and their data.
    {"text/html; charset=utf-8",        "html htm"},
    {"application/xhtml+xml",           "xhtml xht"},
    {"text/css; charset=utf-8",         "css"},
    {"text/javascript; charset=utf-8",  "js mjs cjs"},
    {"application/json",                "json map topojson har ipynb"},
    {"application/ld+json",             "jsonld"},
    {"application/geo+json",            "geojson"},
    {"application/manifest+json",       "webmanifest"},
    {"application/wasm",                "wasm"},
    {"application/xml",                 "xml xsd rng"},
    {"application/xslt+xml",            "xsl xslt"},
    {"application/xml-dtd",             "dtd"},
    {"application/atom+xml",            "atom"},
    {"application/rss+xml",             "rss"},
    {"application/mathml+xml",          "mml mathml"},
    {"application/opensearchdescription+xml", "osdx"},

    // Images.
    {"image/png",                       "png"},
    {"image/apng",                      "apng"},
    {"image/jpeg",                      "jpg jpeg jpe jfif"},
    {"image/gif",                       "gif"},
    {"image/webp",                      "webp"},
    {"image/avif",                      "avif avifs"},
    {"image/heic",                      "heic"},
    {"image/heif",                      "heif"},
    {"image/jxl",                       "jxl"},
    {"image/jp2",                       "jp2 jpg2"},
    {"image/svg+xml",                   "svg svgz"},
    {"image/vnd.microsoft.icon",        "ico cur"},
    {"image/bmp",                       "bmp dib"},
    {"image/tiff",                      "tif tiff"},
    {"image/ktx",                       "ktx"},
    {"image/ktx2",                      "ktx2"},
    {"image/emf",                       "emf"},
    {"image/wmf",                       "wmf"},
    {"image/vnd.adobe.photoshop",       "psd"},
    {"image/vnd.djvu",                  "djvu djv"},

    // Audio.
    {"audio/mpeg",                      "mp3 mpga mp2"},
    {"audio/mp4",                       "m4a m4b"},
    {"audio/aac",                       "aac adts"},
    {"audio/ogg",                       "ogg oga opus spx"},
    {"audio/flac",                      "flac"},
    {"audio/wav",                       "wav"},
    {"audio/webm",                      "weba"},
    {"audio/matroska",                  "mka"},
    {"audio/midi",                      "mid midi kar"},
    {"audio/x-aiff",                    "aif aiff aifc"},
    {"audio/x-ms-wma",                  "wma"},
    {"audio/x-caf",                     "caf"},
    {"audio/AMR",                       "amr"},

    // Video, whole and in segments.
    {"video/mp4",                       "mp4 m4v mp4v mpg4"},
    {"video/iso.segment",               "m4s"},
    {"video/mp2t",                      "ts m2ts"},
    {"video/mpeg",                      "mpeg mpg mpe m1v m2v"},
    {"video/webm",                      "webm"},
    {"video/ogg",                       "ogv"},
    {"video/matroska",                  "mkv"},
    {"video/matroska-3d",               "mk3d"},
    {"video/quicktime",                 "mov qt"},
    {"video/3gpp",                      "3gp 3gpp"},
    {"video/3gpp2",                     "3g2 3gpp2"},
    {"video/mj2",                       "mj2 mjp2"},
    {"video/x-msvideo",                 "avi"},
    {"video/x-flv",                     "flv"},
    {"video/x-ms-wmv",                  "wmv"},
    {"application/vnd.ms-asf",          "asf"},
    {"application/vnd.apple.mpegurl",   "m3u8"},
    {"audio/mpegurl",                   "m3u"},
    {"application/dash+xml",            "mpd"},
    {"text/vtt; charset=utf-8",         "vtt"},
    {"application/ttml+xml",            "ttml"},

    // Three-dimensional models.
    {"model/gltf-binary",               "glb"},
    {"model/gltf+json",                 "gltf"},
    {"model/obj",                       "obj"},
    {"model/mtl",                       "mtl"},
    {"model/stl",                       "stl"},
    {"model/3mf",                       "3mf"},
    {"model/step",                      "step stp"},
    {"model/vnd.collada+xml",           "dae"},
    {"model/vnd.usdz+zip",              "usdz"},

    // Fonts.
    {"font/woff",                       "woff"},
    {"font/woff2",                      "woff2"},
    {"font/ttf",                        "ttf"},
    {"font/otf",                        "otf"},
    {"font/collection",                 "ttc otc"},
    {"application/vnd.ms-fontobject",   "eot"},

    // Documents.
    {"application/pdf",                 "pdf"},
    {"application/epub+zip",            "epub"},
    {"application/vnd.amazon.mobi8-ebook", "azw3 kfx"},
    {"application/x-mobipocket-ebook",  "mobi prc"},
    {"application/postscript",          "ps eps ai"},
    {"application/rtf",                 "rtf"},
    {"application/vnd.oasis.opendocument.text", "odt"},
    {"application/vnd.oasis.opendocument.text-template", "ott"},
    {"application/vnd.oasis.opendocument.spreadsheet", "ods"},
    {"application/vnd.oasis.opendocument.spreadsheet-template", "ots"},
    {"application/vnd.oasis.opendocument.presentation", "odp"},
    {"application/vnd.oasis.opendocument.presentation-template", "otp"},
    {"application/vnd.oasis.opendocument.graphics", "odg"},
    {"application/vnd.oasis.opendocument.formula", "odf"},
    {"application/vnd.oasis.opendocument.base", "odb"},
    {"application/msword",              "doc"},
    {"application/vnd.ms-excel",        "xls xlt"},
    {"application/vnd.ms-powerpoint",   "ppt pps"},
    {"application/vnd.ms-outlook",      "msg"},
    {"application/vnd.openxmlformats-officedocument.wordprocessingml.document", "docx"},
    {"application/vnd.openxmlformats-officedocument.wordprocessingml.template", "dotx"},
    {"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "xlsx"},
    {"application/vnd.openxmlformats-officedocument.spreadsheetml.template", "xltx"},
    {"application/vnd.openxmlformats-officedocument.presentationml.presentation", "pptx"},
    {"application/vnd.openxmlformats-officedocument.presentationml.slideshow", "ppsx"},
    {"application/vnd.openxmlformats-officedocument.presentationml.template", "potx"},
    {"application/vnd.ms-word.document.macroEnabled.12", "docm"},
    {"application/vnd.ms-excel.sheet.macroEnabled.12", "xlsm"},
    {"application/vnd.ms-powerpoint.presentation.macroEnabled.12", "pptm"},
    {"text/calendar; charset=utf-8",    "ics"},
    {"text/vcard; charset=utf-8",       "vcf vcard"},
    {"message/rfc822",                  "eml"},

    // Data.
    {"text/csv; charset=utf-8",         "csv"},
    {"text/tab-separated-values; charset=utf-8", "tsv"},
    {"application/jsonl",               "jsonl"},
    {"application/x-ndjson",            "ndjson"},
    {"application/cbor",                "cbor"},
    {"application/vnd.sqlite3",         "sqlite sqlite3"},
    {"application/vnd.apache.parquet",  "parquet"},
    {"application/vnd.apache.arrow.file", "arrow"},
    {"application/vnd.google-earth.kml+xml", "kml"},
    {"application/vnd.google-earth.kmz", "kmz"},
    {"application/gpx+xml",             "gpx"},
    {"application/gml+xml",             "gml"},
    {"application/vnd.mapbox-vector-tile", "mvt"},
    {"application/vnd.pmtiles",         "pmtiles"},
    {"application/rdf+xml",             "rdf owl"},
    {"text/turtle; charset=utf-8",      "ttl"},
    {"text/n3; charset=utf-8",          "n3"},
    {"application/n-triples",           "nt"},
    {"application/n-quads",             "nq"},
    {"application/trig",                "trig"},
    {"application/sparql-query",        "rq"},
    {"application/wsdl+xml",            "wsdl"},
    {"image/fits",                      "fits"},

    // Archives, packages and programs.
    {"application/zip",                 "zip"},
    {"application/gzip",                "gz tgz"},
    {"application/zstd",                "zst"},
    {"application/x-bzip2",             "bz2 tbz2"},
    {"application/x-xz",                "xz txz"},
    {"application/x-tar",               "tar"},
    {"application/x-7z-compressed",     "7z"},
    {"application/vnd.rar",             "rar"},
    {"application/java-archive",        "jar war ear"},
    {"application/vnd.android.package-archive", "apk"},
    {"application/vnd.debian.binary-package", "deb udeb"},
    {"application/x-rpm",               "rpm"},
    {"application/x-apple-diskimage",   "dmg"},
    {"application/x-iso9660-image",     "iso"},
    {"application/vnd.ms-cab-compressed", "cab"},
    {"application/x-msi",               "msi"},
    {"application/x-xpinstall",         "xpi"},
    {"application/x-chrome-extension",  "crx"},
    {"application/x-apple-aspen-config", "mobileconfig"},
    {"application/vnd.apple.pkpass",    "pkpass"},
    {"application/x-bittorrent",        "torrent"},
    {"application/vnd.adobe.flash.movie", "swf"},
    {"application/octet-stream",        "bin br"},

    // Certificates and signatures.
    {"application/pkix-cert",           "cer crt der"},
    {"application/pkix-crl",            "crl"},
    {"application/pem-certificate-chain", "pem"},
    {"application/pkcs12",              "p12 pfx"},
    {"application/pgp-signature",       "sig"},

    // Text that people read: notes, settings, sources.
    {kPlainText, "txt text log md markdown mkd rst adoc asciidoc textile org tex latex bib nfo srt ass ssa lrc "
                 "asc list diff patch rej po pot sha1 sha256 sha512 md5 debian"},
    {kPlainText, "conf cfg cnf config ini properties toml yaml yml json5 jsonc env lock service timer desktop "
                 "csr tf tfvars hcl nix cue dhall editorconfig"},
    {kPlainText, "c h cc cpp cxx c++ hh hpp hxx h++ ipp inl tcc ixx cppm cu cuh m mm d di zig rs go v sv vhd vhdl asm "
                 "s f f77 f90 f95 f03 pas ada adb ads nim cr odin"},
    {kPlainText, "java kt kts scala groovy gradle clj cljs cljc cs csx fs fsi fsx vb swift dart jsx tsx cts vue "
                 "svelte astro coffee elm purs hs lhs ml mli re erl hrl ex exs el lisp lsp scm ss rkt jl r rmd"},
    {kPlainText, "py pyi pyx pxd rb erb rake gemspec pl pm t lua tcl awk sed sh bash zsh fish csh ksh ps1 psm1 bat "
                 "cmd vim"},
    {kPlainText, "sql graphql gql proto thrift capnp fbs cmake mk mak make ninja bazel bzl am ac in m4 pc spec "
                 "scss sass less styl ejs hbs mustache jinja j2 tmpl tpl glsl vert frag hlsl wgsl metal gv puml mmd"},
};

/// Names of files without an ending that are plain text by convention. Case matters here: a program
/// may be called `install`, but INSTALL is there to be read.
inline constexpr std::string_view kPlainTextNames =
    "AUTHORS CHANGELOG CHANGES CODEOWNERS CONTRIBUTING CONTRIBUTORS COPYING COPYRIGHT CREDITS ChangeLog "
    "Changelog Changes Containerfile Dockerfile GNUmakefile Gemfile HACKING HISTORY INSTALL Jenkinsfile "
    "Justfile LICENCE LICENSE License MAINTAINERS MANIFEST MD5SUMS Makefile NEWS NOTICE OWNERS PKGBUILD "
    "Procfile README Rakefile Readme SHA1SUMS SHA256SUMS SHA512SUMS THANKS TODO VERSION Vagrantfile "
    "changelog copyright go.mod go.sum justfile license makefile readme";
// clang-format on

}  // namespace mastic::http
