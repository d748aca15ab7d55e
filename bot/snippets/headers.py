"""Which header, package or import the usual names of a language come from. Data only."""

C_HEADERS = (
    "assert.h",
    "ctype.h",
    "limits.h",
    "math.h",
    "stdbool.h",
    "stdint.h",
    "stdio.h",
    "stdlib.h",
    "string.h",
    "time.h",
)

_CPP_NAMES = {
    "algorithm": (
        "sort stable_sort reverse find find_if count count_if max min minmax max_element min_element"
        " swap fill copy copy_if transform unique rotate shuffle next_permutation lower_bound"
        " upper_bound binary_search any_of all_of none_of for_each clamp ranges remove_if partition"
        " nth_element merge"
    ),
    "any": "any any_cast",
    "array": "array to_array",
    "atomic": "atomic",
    "bit": "popcount bit_cast bit_width countl_zero countr_zero has_single_bit",
    "bitset": "bitset",
    "cassert": "assert",
    "cctype": "isdigit isalpha isalnum isspace isupper islower toupper tolower ispunct",
    "chrono": "chrono",
    "climits": "INT_MAX INT_MIN LLONG_MAX LLONG_MIN LONG_MAX UINT_MAX CHAR_BIT",
    "cmath": (
        "sqrt pow abs fabs floor ceil round sin cos tan log log2 log10 exp hypot cbrt atan2 M_PI fmod"
    ),
    "complex": "complex",
    "concepts": "integral floating_point same_as convertible_to",
    "cstdint": "int8_t int16_t int32_t int64_t uint8_t uint16_t uint32_t uint64_t",
    "cstdio": "printf puts putchar getchar scanf fprintf sprintf snprintf fflush stdout stderr",
    "cstdlib": "malloc free exit rand srand atoi atof system getenv RAND_MAX",
    "cstring": "strlen strcmp strcpy strcat memset memcpy memcmp strstr strchr",
    "ctime": "time clock CLOCKS_PER_SEC",
    "deque": "deque",
    "exception": "exception terminate",
    "filesystem": "filesystem",
    "fstream": "fstream ifstream ofstream",
    "functional": "function bind greater less plus minus multiplies hash reference_wrapper",
    "iomanip": "setw setprecision setfill put_time quoted",
    "iostream": "cout cin cerr clog endl ostream istream",
    "iterator": "back_inserter istream_iterator ostream_iterator advance distance next prev inserter",
    "limits": "numeric_limits",
    "list": "list",
    "map": "map multimap",
    "memory": "unique_ptr shared_ptr weak_ptr make_unique make_shared",
    "mutex": "mutex lock_guard unique_lock scoped_lock",
    "numeric": "accumulate iota gcd lcm partial_sum inner_product reduce midpoint",
    "optional": "optional nullopt make_optional",
    "queue": "queue priority_queue",
    "random": "mt19937 random_device uniform_int_distribution uniform_real_distribution",
    "ranges": "ranges views",
    "regex": "regex smatch regex_match regex_search regex_replace sregex_iterator",
    "set": "set multiset",
    "span": "span",
    "sstream": "stringstream istringstream ostringstream",
    "stack": "stack",
    "stdexcept": "runtime_error invalid_argument out_of_range logic_error overflow_error",
    "string": "string to_string stoi stol stoll stod getline wstring",
    "string_view": "string_view",
    "thread": "thread this_thread jthread",
    "tuple": "tuple make_tuple tie get apply",
    "type_traits": "is_same is_same_v decay_t is_integral_v enable_if_t",
    "typeinfo": "typeid",
    "unordered_map": "unordered_map unordered_multimap",
    "unordered_set": "unordered_set unordered_multiset",
    "utility": "pair make_pair move forward exchange",
    "variant": "variant visit holds_alternative monostate",
    "vector": "vector",
}
CPP_HEADERS = {name: header for header, names in _CPP_NAMES.items() for name in names.split()}

JAVA_PACKAGES = (
    "java.io",
    "java.math",
    "java.nio.file",
    "java.time",
    "java.util",
    "java.util.concurrent",
    "java.util.function",
    "java.util.regex",
    "java.util.stream",
)
CSHARP_NAMESPACES = (
    "System",
    "System.Collections.Generic",
    "System.IO",
    "System.Linq",
    "System.Text",
)

_GO_PATHS = (
    "bufio bytes context errors fmt io log maps math math/big math/bits math/rand os reflect"
    " regexp runtime slices sort strconv strings sync sync/atomic time unicode unicode/utf8"
    " encoding/json encoding/hex encoding/base64 crypto/sha256 crypto/md5 container/heap"
    " container/list path/filepath"
)
# By the name that stands before the dot.
GO_PACKAGES = {path.rpartition("/")[2]: path for path in _GO_PATHS.split()}
