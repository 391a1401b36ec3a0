"""Answers questions of the tests with the code of the installed AWS CLI.

Reads one JSON array a line, `[name, argument]`, and writes one JSON object a line: `{"result": …}` or `{"error": …}`.
"""

import argparse
import contextlib
import io
import json
import math
import os
import shlex
import sys
import tempfile
import unicodedata
from unittest.mock import patch

import jmespath
from awscli import __version__
from awscli.argparser import ArgTableArgParser
from awscli.clidriver import AWSCLIEntryPoint, create_clidriver
from awscli.formatter import get_formatter
from awscli.shorthand import ShorthandParser
from awscli.table import get_text_length
from botocore.loaders import Loader
from botocore.session import Session
from botocore.validate import ParamValidator
from ruamel.yaml import YAML

# The name of the program in its messages.
sys.argv[0] = 'aws'


def shorthand(text):
    return ShorthandParser().parse(text)


class Driver:
    """The parsers of the CLI, made once."""

    def __init__(self):
        self.driver = create_clidriver([])
        self.main = self.driver.create_parser(self.driver._get_command_table())
        eks = self.driver._get_command_table()['eks']
        self.operations = eks._get_command_table()

    def tables(self, operation):
        return self.driver.arg_table, self.operations[operation].arg_table


driver = None


def get_driver():
    global driver
    driver = driver or Driver()
    return driver


def options(operation):
    global_table, table = get_driver().tables(operation)
    describe = lambda table: [
        {'name': name, 'required': bool(option.required), 'choices': list(option.choices or [])}
        for name, option in table.items()
    ]
    return {'global': describe(global_table), 'command': describe(table)}


def parse(arguments):
    """The values of `eks <operation> …`, in two passes as the CLI's: global options, then those of the operation."""
    cli = get_driver()
    top, rest = cli.main.parse_known_args(['eks', *arguments])
    service, rest = argparse.ArgumentParser.parse_known_args(operation_parser(cli), rest)
    parser = ArgTableArgParser(cli.operations[service.operation].arg_table)
    parser.add_argument('help', nargs='?')
    parsed, rest = parser.parse_known_args(rest)
    values = vars(parsed)
    if values['help'] is not None:
        rest.append(values['help'])
    return {'global': vars(top), 'command': values, 'rest': rest}


def operation_parser(cli):
    eks = cli.driver._get_command_table()['eks']
    return eks.create_parser()


def formatted(request):
    arguments = argparse.Namespace(
        query=jmespath.compile(request['query']) if request.get('query') else None,
        color=request.get('color', 'off'),
    )
    stream = io.StringIO()
    response = dict(request['entries']) if 'entries' in request else request['response']
    get_formatter(request['output'], arguments)(request.get('title', 'Operation'), response, stream)
    return stream.getvalue()


def validate(request):
    model = get_driver().operations[request['operation']]._operation_model
    report = ParamValidator().validate(request['input'], model.input_shape)
    return report.generate_report()


def search(question):
    """The value that an expression selects, or how it fails: before or while it is applied."""
    expression, data = question
    try:
        compiled = jmespath.compile(expression)
    except jmespath.exceptions.JMESPathError as error:
        return {'invalid': str(error)}
    try:
        value = compiled.search(data)
        text = sorted_json(value)
    except Exception as error:
        return {'failed': type(error).__name__}
    return {'value': finite(value), 'text': text}


def sorted_json(value):
    """A value as JSON whose keys are sorted, unless they are of several types."""
    options = {'ensure_ascii': False, 'separators': (',', ':')}
    try:
        return json.dumps(value, sort_keys=True, **options)
    except TypeError:
        return json.dumps(value, **options)


def finite(value):
    """A value whose numbers JSON can show; the others become texts."""
    if isinstance(value, float) and not math.isfinite(value):
        return {'nan': 'NaN', 'inf': 'Infinity', '-inf': '-Infinity'}[str(value)]
    if isinstance(value, list):
        return [finite(one) for one in value]
    if isinstance(value, dict):
        return {key: finite(one) for key, one in value.items()}
    return value


def credentials(question):
    """The access key that a command line signs with: `profile` is that of the option."""
    with patch.dict(os.environ, question['environment']):
        for name in ('AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY'):
            if name not in question['environment']:
                del os.environ[name]
        found = Session(profile=question['profile']).get_credentials()
        return found.get_frozen_credentials().access_key if found else None


plain_session = Session()


def shared_config(texts):
    """The profiles and SSO sessions of a config and a credentials file."""
    with tempfile.TemporaryDirectory() as folder:
        for name, text in texts.items():
            with open(os.path.join(folder, name), 'w', encoding='utf-8', newline='', errors='surrogatepass') as file:
                file.write(text)
        paths = {
            'AWS_CONFIG_FILE': os.path.join(folder, 'config'),
            'AWS_SHARED_CREDENTIALS_FILE': os.path.join(folder, 'credentials'),
        }
        with patch.dict(os.environ, paths):
            plain_session._config = None
            config = plain_session.full_config
    return {'profiles': config['profiles'], 'ssoSessions': config['sso_sessions']}


def load_yaml(text):
    return YAML(typ='safe', pure=True).load(text)


def run(arguments):
    """Runs `aws …` in this process."""
    stdout, stderr = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(stdout), contextlib.redirect_stderr(stderr):
        code = AWSCLIEntryPoint().main(arguments)
    return {'code': code or 0, 'stdout': stdout.getvalue(), 'stderr': stderr.getvalue()}


def run_line(question):
    """Runs `aws …` in this process, with more variables in the environment, or with these alone."""
    # The modules set it when they are loaded.
    own = {'AWS_DATA_PATH': os.environ['AWS_DATA_PATH']}
    with patch.dict(os.environ, {**own, **question['environment']}, clear=question.get('isWhole', False)):
        return run(question['arguments'])


def remember_services():
    """Lists the folders of services once: every line has a driver of its own, which would read two thousand folders."""
    list_services = Loader.list_available_services
    known = {}

    def list_once(self, type_name):
        key = (type_name, *self.search_paths)
        if key not in known:
            known[key] = list_services(self, type_name)
        return known[key]

    Loader.list_available_services = list_once


def extend_model(operations):
    """Adds the fields of newer versions to the model of EKS: those that an operation lacks, by name and type."""
    load = Loader.load_service_model
    # Reading the model takes longer than a command line.
    extended = []

    def load_extended(self, service_name, type_name, api_version=None):
        if service_name != 'eks' or type_name != 'service-2':
            return load(self, service_name, type_name, api_version)
        if extended:
            return extended[0]
        model = load(self, service_name, type_name, api_version)
        extended.append(model)
        shapes = model['shapes']
        for operation, fields in operations.items():
            described = model['operations'][operation]
            add_fields(shapes[described['input']['shape']], fields['input'])
            output = shapes[described['output']['shape']]['members']
            if 'association' in output:
                add_fields(shapes[output['association']['shape']], fields['association'])
        return model

    Loader.load_service_model = load_extended


def add_fields(shape, fields):
    for name, kind in fields.items():
        shape['members'].setdefault(name, {'shape': {'string': 'String', 'boolean': 'BoxedBoolean'}[kind]})


def version(_):
    return __version__


QUESTIONS = {
    'credentials': credentials,
    'extend_model': extend_model,
    'formatted': formatted,
    'load_yaml': load_yaml,
    'options': options,
    'parse': parse,
    'run': run,
    'run_line': run_line,
    'search': search,
    'shared_config': shared_config,
    'shell_words': shlex.split,
    'shorthand': shorthand,
    'validate': validate,
    'version': version,
    'width': get_text_length,
}

remember_services()

# Answers have a stream of their own: a help text of the CLI goes to standard output by a program that shows it.
answers = os.fdopen(os.dup(1), 'w')
os.dup2(os.open(os.devnull, os.O_WRONLY), 1)

for line in sys.stdin:
    name, argument = json.loads(line)
    try:
        answer = {'result': QUESTIONS[name](argument)}
        json.dumps(answer)
    except BaseException as error:
        answer = {'error': str(error), 'type': type(error).__name__}
    print(json.dumps(answer), file=answers, flush=True)
